/** What the images are worth, in one large number. */
import type { Run } from "../state/run.ts";

export function RunResult({ run }: { readonly run: Run }) {
  const { result, accuracies } = run;
  const accuracy = result?.accuracy.mean ?? accuracies.at(-1)?.y;
  if (accuracy === undefined) return null;
  return (
    <div class="result">
      <p class="big">
        {(accuracy * 100).toFixed(1)}
        <span> %</span>
      </p>
      <p class="small soft">
        {result
          ? `of the test images are read correctly after training on these images. Before: ${percent(result.before.mean)}.`
          : "of images that were held out are read correctly after training on these."}
        {result?.baseline && ` With as many real images: ${percent(result.baseline.mean)}.`}
      </p>
    </div>
  );
}

const percent = (fraction: number): string => `${(fraction * 100).toFixed(1)} %`;
