/** Whose images networks are trained on: those of the run, or those of the opened bundle. */
import type { PageState } from "./pageState.ts";
import { DIGITS } from "./run.ts";

export interface Subject {
  /** Whether there are images yet. */
  readonly there: boolean;
  /** [C,H,W] */
  readonly image: readonly [number, number, number];
  readonly classes: readonly string[];
  /** Whether the classes are digits, which can be drawn. */
  readonly drawable: boolean;
}

export function subjectOf({ inUse, run, opened: { bundle } }: PageState): Subject {
  const { shape, classes, there } =
    inUse === "bundle" && bundle
      ? {
          shape: bundle.images.shape,
          classes: bundle.config.dataset.classes,
          there: true,
        }
      : {
          shape: run.shape,
          classes: run.classes,
          there: run.pixels !== undefined,
        };
  const image = shape.slice(2) as [number, number, number];
  return { there, image, classes, drawable: classes.join() === DIGITS.join() };
}
