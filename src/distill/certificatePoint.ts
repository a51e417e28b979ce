/** Where a certificate is taken: a network's weights, random images and labels, and a direction to move in. */
import type { RecipeGraph } from "../../graphs/index.ts";
import { sizeOf } from "../ir/value.ts";
import { random } from "../random/generator.ts";
import type { Parameters } from "./problem.ts";
import type { ByTensor, Numbers } from "./tensorDistance.ts";

/** Tensors by the names of the graph's inputs or outputs. */
export type Tensors = ReadonlyMap<string, Numbers>;

/** Directions are as long as what they move; of what is nearly zero, so long per entry. */
const SHORTEST = 0.01;

/** The tensor that is no parameter. */
export const IMAGES = "images";

/**
 * Weights, images, labels and directions by the names of the graph's inputs, rounded to float32. Parameters are moved at
 * random by `displacement` times their root mean square.
 */
export function pointOf(
  { inputs }: RecipeGraph,
  weights: Parameters,
  seed: number,
  displacement = 0,
): Map<string, Float32Array> {
  const point = new Map<string, Float32Array>();
  for (const { name, role, parameter, value } of inputs) {
    const stream = random(seed, `certificate: ${name}`);
    const normal = (scale: number) =>
      Float32Array.from({ length: sizeOf(value.shape) }, () => scale * stream.normal());
    const sizeOfEntries = (tensor: string) => Math.max(rms(weights.get(tensor)!), SHORTEST);
    if (role === "buffer") point.set(name, weights.get(name)!);
    else if (role === "parameter") {
      const reach = displacement * sizeOfEntries(name);
      point.set(
        name,
        weights.get(name)!.map((weight) => weight + reach * stream.normal()),
      );
    } else if (role === "images") point.set(name, normal(1));
    else if (role === "labels") point.set(name, softLabels(value.shape, stream));
    else point.set(name, normal(parameter ? sizeOfEntries(parameter) : 1));
  }
  return point;
}

/** Rows of positive numbers that sum to 1; a single column holds numbers between 0 and 1. */
function softLabels(shape: readonly number[], stream: { uniform(): number }): Float32Array {
  const [rows, columns] = shape as [number, number];
  const labels = Float32Array.from({ length: rows * columns }, () => stream.uniform());
  if (columns === 1) return labels;
  for (let start = 0; start < labels.length; start += columns) {
    const row = labels.subarray(start, start + columns);
    const sum = row.reduce((total, one) => total + one, 0);
    row.forEach((one, i) => {
      row[i] = one / sum;
    });
  }
  return labels;
}

const rms = (numbers: Float32Array): number =>
  Math.sqrt(numbers.reduce((sum, one) => sum + one * one, 0) / numbers.length);

/** The point after a step along the direction. */
export function moved({ inputs }: RecipeGraph, point: Tensors, step: number): Map<string, Numbers> {
  const there = new Map(point);
  for (const { name, role, parameter } of inputs) {
    if (role !== "parameter" && role !== "images") continue;
    const direction = point.get(parameter ? `direction.${parameter}` : "direction_images")!;
    there.set(
      name,
      Float64Array.from(point.get(name)!, (number, i) => number + step * direction[i]!),
    );
  }
  return there;
}

/** <gradient, direction> */
export function along(gradient: ByTensor, point: Tensors): number {
  let sum = 0;
  for (const [name, numbers] of gradient) {
    const direction = point.get(name === IMAGES ? "direction_images" : `direction.${name}`)!;
    numbers.forEach((number, i) => {
      sum += number * direction[i]!;
    });
  }
  return sum;
}
