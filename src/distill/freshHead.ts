/** A new last layer for a network whose others keep their weights. */
import type { Shape } from "../ir/ops.ts";
import { random } from "../random/generator.ts";
import { initialize } from "../random/initializers.ts";

/** It starts small, but not at zero: behind a ReLU, zero would never learn. */
const WEIGHT = { kind: "normal", std: 0.01 } as const;

/** Initial weights of a new head's tensor; its bias starts at zero. */
export const freshHead = (
  name: string,
  shape: Shape,
  isBias: boolean,
  seed: number,
): Float32Array =>
  initialize(isBias ? { kind: "zeros" } : WEIGHT, shape, random(seed, `new head: ${name}`));
