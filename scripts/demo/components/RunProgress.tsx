/** How far a run is, and how fast. */
import { formatClock, formatCount } from "../../../src/io/quantities.ts";
import { paceText } from "../state/paceText.ts";
import type { Run } from "../state/run.ts";

export function RunProgress({ run }: { readonly run: Run }) {
  const { stage, iteration, iterations, iterationsPerSecond, seconds } = run;
  if (stage === "empty" || (stage === "failed" && iteration === 0)) return null;
  const pace =
    stage === "running"
      ? paceText(iteration, iterations, iterationsPerSecond)
      : seconds !== undefined
        ? formatClock(seconds)
        : "";
  const waiting = stage === "starting" || stage === "measuring";
  return (
    <div class="run-progress">
      <progress
        aria-label="Iterations done"
        max={Math.max(iterations, 1)}
        value={waiting ? undefined : iteration}
      />
      <p class="small soft">
        <span>
          {waiting
            ? run.message
            : `${STAGES[stage]} ${formatCount(iteration)} of ${formatCount(iterations)} iterations`}
        </span>
        <span>{waiting ? "" : pace}</span>
      </p>
    </div>
  );
}

const STAGES: Readonly<Record<Run["stage"], string>> = {
  empty: "",
  starting: "",
  running: "",
  paused: "Paused after",
  quiet: "Quiet after",
  measuring: "",
  finished: "Finished",
  stopped: "Stopped after",
  failed: "Failed after",
};
