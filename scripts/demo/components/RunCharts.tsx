/** Loss, accuracy and learning rates of a run. */
import { runningMean } from "../../../src/io/curve.ts";
import { formatNumber } from "../../../src/io/quantities.ts";
import type { Run } from "../state/run.ts";
import { Chart } from "./Chart.tsx";

/** From how many losses on their mean is drawn, over which share of them, and how many rates are written out. */
const MEAN_FROM = 20;
const MEAN_SHARE = 30;
const RATES_SHOWN = 3;

export function RunCharts({ run }: { readonly run: Run }) {
  const { iterations, losses, accuracies, rates } = run;
  const smooth =
    losses.length >= MEAN_FROM
      ? runningMean(losses, Math.max(5, Math.round(losses.length / MEAN_SHARE)))
      : losses;
  const accuracy = accuracies.at(-1)?.y;
  const now = rates.map((curve) => curve.at(-1)!.y);
  return (
    <div class={losses.length > 0 ? "charts" : "charts empty"}>
      <Chart
        title="Accuracy on held-out images"
        value={accuracy === undefined ? "–" : percent(accuracy)}
        summary={
          accuracy === undefined
            ? "Accuracy on held-out images, not measured yet"
            : `Accuracy on held-out images: ${percent(accuracy)} at iteration ${accuracies.at(-1)!.x}`
        }
        curves={[{ points: accuracies.map(({ x, y }) => ({ x, y: y * 100 })), look: "main" }]}
        iterations={iterations}
        range={[0, 100]}
        format={(y) => `${formatNumber(y)}%`}
      />
      <Chart
        title="Loss"
        value={smooth.length > 0 ? smooth.at(-1)!.y.toFixed(2) : "–"}
        summary={
          smooth.length > 0
            ? `Loss on real images: ${smooth.at(-1)!.y.toFixed(2)} at iteration ${smooth.at(-1)!.x}`
            : "Loss on real images, not measured yet"
        }
        curves={[
          ...(smooth === losses ? [] : [{ points: losses, look: "quiet" as const }]),
          { points: smooth, look: "main" },
        ]}
        iterations={iterations}
      />
      <Chart
        title={rates.length === 1 ? "Learning rate" : "Learning rates"}
        value={now.length > 0 ? shownRates(now) : "–"}
        summary={
          now.length > 0
            ? `Learning rates of ${now.length} steps: ${now.slice(0, 10).map(formatNumber).join(", ")}`
            : "Learning rates, not learned yet"
        }
        curves={rates.map((points) => ({ points, look: "step" }))}
        iterations={iterations}
      />
    </div>
  );
}

const percent = (fraction: number): string => `${(fraction * 100).toFixed(1)} %`;

const shownRates = (rates: readonly number[]): string =>
  rates.length <= RATES_SHOWN
    ? rates.map((rate) => rate.toFixed(2)).join("  ")
    : `${formatNumber(Math.min(...rates))} to ${formatNumber(Math.max(...rates))}`;
