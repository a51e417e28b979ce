/** Starts a run, and pauses, resumes or stops it. */
import type { Run } from "../state/run.ts";

export interface RunActions {
  start(): void;
  pause(): void;
  resume(): void;
  stop(): void;
}

interface Props {
  readonly run: Run;
  readonly ready: boolean;
  /** What to expect of a run, before the first one. */
  readonly hint?: string;
  readonly actions: RunActions;
}

export function RunControls({ run: { stage }, ready, hint, actions }: Props) {
  const active = ACTIVE.has(stage);
  return (
    <div class="row controls">
      {stage === "paused" ? (
        <button type="button" class="primary" onClick={actions.resume}>
          Resume
        </button>
      ) : active ? (
        <button
          type="button"
          class="primary"
          disabled={stage !== "running"}
          onClick={actions.pause}
        >
          Pause
        </button>
      ) : (
        <button type="button" class="primary" disabled={!ready} onClick={actions.start}>
          {stage === "empty" ? "Distil images" : "Distil again"}
        </button>
      )}
      {active && (
        <button type="button" onClick={actions.stop}>
          Stop
        </button>
      )}
      {stage === "empty" && hint && <span class="small soft">{hint}</span>}
    </div>
  );
}

const ACTIVE: ReadonlySet<Run["stage"]> = new Set(["starting", "running", "paused", "measuring"]);
