/** Images made of a class's training images, put where the distilled images of the class stand. */
import { fillBatch } from "../../data/dataset.ts";
import { indicesByClass } from "../../data/subsets.ts";
import { classOf } from "../distilled.ts";
import type { Problem } from "../problem.ts";

/** Distilled images of one class over all steps. */
export const imagesPerClass = ({ unroll, dataset }: Problem): number =>
  (unroll.steps * unroll.imagesPerStep) / dataset.classes.length;

/**
 * Images [S,n,C,H,W]; `make` turns the normalised training images of a class [N,C,H,W] into its own [S*P,C,H,W].
 * @throws {RangeError} for a class without training images.
 */
export function imagesByClass(
  problem: Problem,
  make: (members: Float32Array, label: number) => Float32Array,
): Float32Array {
  const { dataset, train, unroll } = problem;
  const { steps, imagesPerStep } = unroll;
  const [channels, height, width] = dataset.shape;
  const size = channels * height * width;
  const members = indicesByClass(train);
  const made = dataset.classes.map((name, label) => {
    const indices = members.get(label);
    if (!indices) throw new RangeError(`class "${name}" has no training images`);
    const images = new Float32Array(indices.length * size);
    const labels = new Float32Array(indices.length * dataset.classes.length);
    fillBatch(dataset, train, indices, images, labels);
    return make(images, label);
  });
  const images = new Float32Array(steps * imagesPerStep * size);
  const used = dataset.classes.map(() => 0);
  for (let i = 0; i < steps * imagesPerStep; i++) {
    const label = classOf(i % imagesPerStep, dataset);
    const from = used[label]!++ * size;
    images.set(made[label]!.subarray(from, from + size), i * size);
  }
  return images;
}
