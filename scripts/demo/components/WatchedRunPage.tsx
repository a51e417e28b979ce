/** A run's folder as a page: what it learns, while it learns. */
import { formatCount } from "../../../src/io/quantities.ts";
import type { WatchedState } from "../state/afterNews.ts";
import { ImageGrid } from "./ImageGrid.tsx";
import { Mark } from "./Mark.tsx";
import { Notice } from "./Notice.tsx";
import { RunCharts } from "./RunCharts.tsx";
import { RunProgress } from "./RunProgress.tsx";
import { RunResult } from "./RunResult.tsx";

export function WatchedRunPage({ state }: { readonly state: WatchedState }) {
  const { outline, run, connected, failure } = state;
  if (!outline) {
    return (
      <main class="lead">
        {connected ? "Reading the run" : "Connecting"}
        <Notice message={failure} bad />
      </main>
    );
  }
  const { recipe } = outline;
  return (
    <>
      <header class="top">
        <span class="brand">
          <Mark />
          onnx-distill watch
        </span>
        <span class="small soft">{connected ? "live" : "not connected"}</span>
      </header>
      <main>
        <section class="first" aria-labelledby="run-title">
          <div class="stage">
            <div class="story">
              <h1 id="run-title">{outline.run}</h1>
              <p class="lead">{recipe.description}.</p>
              <RunProgress run={run} />
              <Notice message={run.stage === "quiet" ? run.message : undefined} />
              <Notice message={failure} bad />
              <Notice
                message={
                  connected
                    ? undefined
                    : "The server does not answer: start onnx-distill watch again, and this page goes on."
                }
                bad
              />
              <RunResult run={run} />
              <dl class="facts">
                <dt>Data</dt>
                <dd>{recipe.data}</dd>
                <dt>Network</dt>
                <dd>
                  {recipe.network}, {recipe.initialization} initialisation
                </dd>
                <dt>Steps</dt>
                <dd>
                  {formatCount(recipe.steps)} in{" "}
                  {recipe.epochs === 1 ? "one epoch" : `each of ${recipe.epochs} epochs`}
                </dd>
                <dt>Seed</dt>
                <dd>{recipe.seed}</dd>
              </dl>
              {run.stage === "finished" && <a href="./report.html">The run's report</a>}
            </div>
            <div class="show">
              <ImageGrid pixels={run.pixels} shape={run.shape} classes={run.classes} />
            </div>
          </div>
          <RunCharts run={run} />
        </section>
      </main>
    </>
  );
}
