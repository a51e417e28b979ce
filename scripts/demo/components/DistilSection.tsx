/** Distils a data set before the visitor's eyes. */
import { isOwn, type PageState } from "../state/pageState.ts";
import { EngineLine } from "./EngineLine.tsx";
import { ImageGrid } from "./ImageGrid.tsx";
import { Notice } from "./Notice.tsx";
import { type ChoiceActions, OtherData } from "./OtherData.tsx";
import { RunCharts } from "./RunCharts.tsx";
import { type RunActions, RunControls } from "./RunControls.tsx";
import { RunProgress } from "./RunProgress.tsx";
import { RunResult } from "./RunResult.tsx";
import { type SaveActions, SaveButtons } from "./SaveButtons.tsx";

interface Props {
  readonly state: PageState;
  readonly run: RunActions;
  readonly choice: ChoiceActions;
  readonly save: SaveActions;
}

export function DistilSection({ state, run: runActions, choice, save }: Props) {
  const { engine, run } = state;
  const ready = engine.stage === "ready";
  return (
    <section class="first" id="distil" aria-labelledby="distil-title">
      <div class="stage">
        <div class="story">
          <h1 id="distil-title">Ten images that teach a network to read</h1>
          <p class="lead">
            {state.choice.dataset
              ? "Distil your own images into one of each class. A network that takes three steps on these, and sees nothing else, recognises images it has never met."
              : "Distil 20,000 digits into ten images. A network that takes three steps on these, and sees nothing else, reads digits it has never met."}
          </p>
          <RunControls
            run={run}
            ready={ready}
            hint={ready && !isOwn(state.choice) ? "It takes about a minute." : undefined}
            actions={runActions}
          />
          <RunProgress run={run} />
          <Notice message={run.stage === "failed" ? run.message : undefined} bad />
          <RunResult run={run} />
          <EngineLine engine={engine} />
        </div>
        <div class="show">
          <ImageGrid pixels={run.pixels} shape={run.shape} classes={run.classes} />
          {run.pixels && <SaveButtons run={run} saving={state.saving} actions={save} />}
        </div>
      </div>
      <RunCharts run={run} />
      <OtherData choice={state.choice} ready={ready} actions={choice} />
    </section>
  );
}
