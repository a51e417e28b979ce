/** Whether a network treats the images of a batch one by one. */
import { topologicalOrder } from "../graph.ts";
import { isElementwise } from "../interpreter/elementwise.ts";
import type { OpName } from "../ops.ts";
import type { Value } from "../value.ts";

/**
 * Whether entry i of `output` [N, ...] depends on image i of `images` [N,C,H,W] alone, so that a batch can be computed
 * in parts. Batch statistics, for instance, depend on all images. An operator that is not known to keep images apart
 * counts as one that does not.
 */
export function isPerImage(output: Value, images: Value, leaves: readonly Value[]): boolean {
  const ends = new Set([images, ...leaves]);
  const batched = new Set([images]);
  for (const value of topologicalOrder([output], ends)) {
    if (ends.has(value) || !value.inputs.some((x) => batched.has(x))) continue;
    if (!keepsImagesApart(value, batched)) return false;
    batched.add(value);
  }
  return batched.has(output);
}

/** Operators that work on each image of their first input, whatever the others are that do not depend on images. */
const overImages = new Set<OpName>([
  "conv",
  "convDataGrad",
  "maxPoolIndex",
  "poolGather",
  "poolScatter",
  "sumPool",
  "sumPoolGrad",
]);

function keepsImagesApart({ op, inputs, attrs, shape }: Value, batched: Set<Value>): boolean {
  const [x, ...others] = inputs as [Value, ...Value[]];
  const n = inputs.find((input) => batched.has(input))!.shape[0];
  if (n === undefined || shape[0] !== n) return false;
  if (isElementwise(op)) {
    return inputs.every((input) =>
      batched.has(input)
        ? input.shape.length === shape.length
        : input.shape.length < shape.length || input.shape[0] === 1,
    );
  }
  if (overImages.has(op)) {
    const ofPool = op.startsWith("pool");
    return batched.has(x) && others.every((other) => ofPool || !batched.has(other));
  }
  if (op === "matmul") return batched.has(x) && !batched.has(others[0]!) && shape.length === 2;
  if (op === "reshape" || op === "expand") return x.shape[0] === n;
  if (op === "reduceSum" || op === "reduceMax") return !(attrs as Axes).axes.includes(0);
  if (op === "softmax" || op === "gather") return (attrs as Axis).axis !== 0;
  if (op === "concat") return (attrs as Axis).axis !== 0 && inputs.every((y) => batched.has(y));
  return op === "transpose" && (attrs as { perm: readonly number[] }).perm[0] === 0;
}

type Axes = { readonly axes: readonly number[] };
type Axis = { readonly axis: number };
