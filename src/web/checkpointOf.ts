import { initialDistilled } from "../distill/distilled.ts";
import type { Problem } from "../distill/problem.ts";
import type { Checkpoint } from "../distill/run.ts";
import { decodeCheckpoint } from "../io/checkpointFile.ts";

/**
 * The checkpoint that a problem is continued from.
 * @throws when the bytes are no checkpoint, or its images are those of another problem.
 */
export function checkpointOf(problem: Problem, bytes: Uint8Array): Checkpoint {
  const checkpoint = decodeCheckpoint(bytes);
  const { images, rawRates } = initialDistilled(problem);
  const { state } = checkpoint;
  for (const [what, came, expected] of [
    ["image values", state.images.length, images.length],
    ["learning rates", state.rawRates.length, rawRates.length],
  ] as const) {
    if (came !== expected) {
      throw new Error(
        `the checkpoint has ${came} ${what}, this recipe ${expected}: continue it with the recipe and the data that it was made with`,
      );
    }
  }
  return checkpoint;
}
