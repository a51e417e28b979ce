/** What a page is told while a run goes on. */
import type { RunEvent } from "../distill/run.ts";
import type { PaintedImages } from "./paintedImages.ts";

export type DistilEvent =
  /** The run is ready for its first iteration; after a pause it starts again. */
  | {
      readonly kind: "started";
      /** How the meta-gradient is computed, as a sentence. */
      readonly plan: string;
      readonly iterations: number;
      /** Where the run starts: 0, or the iteration of the checkpoint. */
      readonly iteration: number;
      /** [S,n,C,H,W] */
      readonly imageShape: readonly number[];
      /** Names; label k means classes[k]. */
      readonly classes: readonly string[];
      /** Class that each distilled image starts with, [S*n]. */
      readonly imageClasses: readonly number[];
      readonly network: string;
    }
  | {
      readonly kind: "iteration";
      readonly iteration: number;
      readonly iterations: number;
      readonly loss: number;
      /** [S*E]; the rate of (epoch e, step s) stands at e*S+s. */
      readonly learningRates: readonly number[];
      /** Over the last seconds; undefined at the start. */
      readonly iterationsPerSecond: number | undefined;
    }
  /** At most ten a second, and after the last iteration. */
  | ({ readonly kind: "images"; readonly iteration: number } & PaintedImages)
  /** A point of the curve, with the accuracy on held-out training images. */
  | { readonly kind: "point"; readonly event: RunEvent }
  /** The same file that a run in Node keeps, to go on from in a page or in Node. */
  | { readonly kind: "checkpoint"; readonly iteration: number; readonly bytes: Uint8Array }
  /** Training is over; networks are trained on the images and measured on test images. */
  | {
      readonly kind: "measuring";
      readonly what: string;
      readonly done: number;
      readonly total: number;
    };
