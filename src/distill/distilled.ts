/** What is learned: images, labels and learning rates. */
import type { Dataset } from "../data/dataset.ts";
import { fillBatch } from "../data/dataset.ts";
import { indicesByClass } from "../data/subsets.ts";
import { random } from "../random/generator.ts";
import { labelRows } from "./labels.ts";
import { wantedClass } from "./objective.ts";
import type { Problem } from "./problem.ts";

/** A distilled data set; arrays are row-major. */
export interface Distilled {
  /** [S,n,C,H,W] in normalised space. */
  readonly images: Float32Array;
  /** [S,n,K] */
  readonly labels: Float32Array;
  /** [S*E], positive; the rate of (epoch e, step s) stands at e*S+s. */
  readonly learningRates: Float32Array;
}

/** The same with rates before softplus, as the optimizer moves them. */
export interface RawDistilled {
  readonly images: Float32Array;
  readonly labels: Float32Array;
  /** [S*E]; softplus of these are the learning rates. */
  readonly rawRates: Float32Array;
}

export const softplus = (x: number): number => (x > 30 ? x : Math.log1p(Math.exp(x)));
export const inverseSoftplus = (y: number): number => (y > 30 ? y : Math.log(Math.expm1(y)));
export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

export const toDistilled = ({ images, labels, rawRates }: RawDistilled): Distilled => ({
  images,
  labels,
  learningRates: rawRates.map(softplus),
});

/** The same numbers in arrays of their own. */
export const copyDistilled = ({ images, labels, learningRates }: Distilled): Distilled => ({
  images: images.slice(),
  labels: labels.slice(),
  learningRates: learningRates.slice(),
});

/** Shapes of the three tensors. */
export function distilledShapes({
  unroll,
  dataset,
  network,
}: Pick<Problem, "unroll" | "dataset" | "network">) {
  const { steps, epochs, imagesPerStep } = unroll;
  return {
    images: [steps, imagesPerStep, ...dataset.shape],
    labels: [steps, imagesPerStep, network.classes],
    learningRates: [steps * epochs],
  };
}

/** What belongs to batch s of S, as a view of images [S,n,C,H,W] or labels [S,n,K]. */
export const batchOf = (values: Float32Array, s: number, steps: number): Float32Array =>
  values.subarray((values.length / steps) * s, (values.length / steps) * (s + 1));

/** Class of image i of every step: the classes in turn. */
export const classOf = (i: number, dataset: Dataset): number => i % dataset.classes.length;

/** Class that each distilled image starts with, [S*n]. */
export const distilledClasses = ({
  unroll: { steps, imagesPerStep },
  dataset,
}: Pick<Problem, "unroll" | "dataset">): number[] =>
  Array.from({ length: steps * imagesPerStep }, (_, i) => classOf(i % imagesPerStep, dataset));

/** Labels [S,n,K] of real images that stand where the distilled ones do: of an attack, class `from` is labelled `to`. */
export const realLabels = (problem: Problem): Float32Array =>
  labelRows(
    distilledClasses(problem).map((label) => wantedClass(problem.attack, label)),
    problem.network.classes,
  );

/** Where a run starts: one-hot labels, equal rates, and pixels from noise or random real images. */
export function initialDistilled(problem: Problem): RawDistilled {
  const { recipe, unroll, network } = problem;
  const rates = unroll.steps * unroll.epochs;
  return {
    images: recipe.images === "real" ? randomRealImages(problem, 0) : noise(problem),
    labels: labelRows(distilledClasses(problem), network.classes),
    rawRates: new Float32Array(rates).fill(inverseSoftplus(recipe.learningRate.initial)),
  };
}

function noise({ recipe, unroll, dataset }: Problem): Float32Array {
  const [channels, height, width] = dataset.shape;
  const images = new Float32Array(unroll.steps * unroll.imagesPerStep * channels * height * width);
  random(recipe.seed, "distilled images").fillNormal(images);
  return images;
}

/** Random training images of the wanted classes, different ones in every step: [S,n,C,H,W]; `draw` picks the set. */
export function randomRealImages(
  { recipe, unroll, dataset, train }: Problem,
  draw: number,
): Float32Array {
  const { steps, imagesPerStep } = unroll;
  const ofClass = indicesByClass(train);
  const remaining = new Map(
    [...ofClass].map(([label, indices]) => {
      const shuffled = [...indices];
      random(recipe.seed, "real images", draw, label).shuffle(shuffled);
      return [label, shuffled];
    }),
  );
  const indices = Array.from({ length: steps * imagesPerStep }, (_, i) => {
    const label = classOf(i % imagesPerStep, dataset);
    const index = remaining.get(label)?.pop();
    if (index === undefined) {
      throw new RangeError(
        `class "${dataset.classes[label]}" has too few training images for ${steps} steps of ${recipe.imagesPerClass}`,
      );
    }
    return index;
  });
  const [channels, height, width] = dataset.shape;
  const images = new Float32Array(indices.length * channels * height * width);
  fillBatch(
    dataset,
    train,
    indices,
    images,
    new Float32Array(indices.length * dataset.classes.length),
  );
  return images;
}
