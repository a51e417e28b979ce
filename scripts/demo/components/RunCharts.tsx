/** Loss, accuracy and learning rates of a run. */
import { type Point, runningMean } from "../../../src/io/curve.ts";
import type { Run } from "../state/run.ts";
import { Chart } from "./Chart.tsx";

/** From how many losses on their mean is drawn, and over which share of them. */
const MEAN_FROM = 20;
const MEAN_SHARE = 30;

export function RunCharts({ run }: { readonly run: Run }) {
  const { iterations, losses, accuracies, rates } = run;
  const smooth =
    losses.length >= MEAN_FROM
      ? runningMean(losses, Math.max(5, Math.round(losses.length / MEAN_SHARE)))
      : losses;
  const accuracy = accuracies.map(({ x, y }) => ({ x, y: y * 100 }));
  return (
    <div class={losses.length > 0 ? "charts" : "charts empty"}>
      <Chart
        title="Accuracy on held-out images"
        about="Accuracy on held-out images"
        now={lastOf(accuracy)}
        curves={[{ points: accuracy, look: "main" }]}
        iterations={iterations}
        range={[0, 100]}
        unit=" %"
      />
      <Chart
        title="Loss"
        about="Loss on real images"
        now={lastOf(smooth)}
        curves={[
          ...(smooth === losses ? [] : [{ points: losses, look: "quiet" as const }]),
          { points: smooth, look: "main" },
        ]}
        iterations={iterations}
      />
      <Chart
        title={rates.length === 1 ? "Learning rate" : "Learning rates"}
        about={`Learning rates of ${rates.length} steps`}
        now={rates.flatMap(lastOf)}
        curves={rates.map((points) => ({ points, look: "step" }))}
        iterations={iterations}
      />
    </div>
  );
}

const lastOf = (points: readonly Point[]): number[] => points.slice(-1).map(({ y }) => y);
