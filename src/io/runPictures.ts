/** Pictures of a run: sheets of the first and the latest images, and a strip of those in between. */
import {
  type Distilled,
  distilledShapes,
  initialDistilled,
  toDistilled,
} from "../distill/distilled.ts";
import type { Problem } from "../distill/problem.ts";
import { type FloatTensor, renderGrid, renderStrip, type SheetOptions } from "./imageGrid.ts";
import { formatNumber } from "./quantities.ts";

/** The images [S,n,C,H,W] of a checkpoint. */
export interface RunState {
  readonly iteration: number;
  readonly images: Float32Array;
}

/** images/first.png, latest.png and strip.png by name. Colour or grey images only; others have no pictures. */
export async function runPictures(
  problem: Problem,
  distilled: Distilled,
  states: readonly RunState[],
): Promise<Map<string, Uint8Array>> {
  const { dataset, unroll } = problem;
  const pictures = new Map<string, Uint8Array>();
  if (dataset.shape[0] !== 1 && dataset.shape[0] !== 3) return pictures;
  const shapes = distilledShapes(problem);
  const sheet = (of: Distilled): SheetOptions => ({
    labels: { data: of.labels, shape: shapes.labels },
    mean: dataset.normalization.mean,
    std: dataset.normalization.std,
    classes: dataset.classes,
  });
  const tensor = (data: Float32Array): FloatTensor => ({ data, shape: shapes.images });
  const stepLabels = (of: Distilled): string[] =>
    Array.from({ length: unroll.steps }, (_, s) => {
      const rates = Array.from({ length: unroll.epochs }, (_, e) =>
        formatNumber(of.learningRates[e * unroll.steps + s]!),
      );
      return [`step ${s + 1}`, ...rates.map((rate) => `lr ${rate}`)].join("\n");
    });
  const grid = (of: Distilled) =>
    renderGrid({ images: tensor(of.images), ...sheet(of), stepLabels: stepLabels(of) });

  const start = problem.recipe.images.startsWith("run:")
    ? undefined
    : toDistilled(initialDistilled(problem));
  if (start) pictures.set("images/first.png", await grid(start));
  pictures.set("images/latest.png", await grid(distilled));
  const snapshots = [...(start ? [{ iteration: 0, images: start.images }] : []), ...states].map(
    ({ iteration, images }) => ({ iteration, images: tensor(images) }),
  );
  if (snapshots.length > 0)
    pictures.set("images/strip.png", await renderStrip(snapshots, sheet(distilled)));
  return pictures;
}
