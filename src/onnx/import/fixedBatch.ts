/** Shapes that a file fixed for its own batch and number of classes, for those of the images here. */
import type { Shape } from "../../ir/ops.ts";
import { sizeOf } from "../../ir/value.ts";
import type { Surroundings } from "./node.ts";

type Fixed = Pick<Surroundings, "batch" | "classes">;

/**
 * The shape that a tensor is given: where the file's leading extent is its fixed batch and the tensor begins with
 * the batch of the images, it becomes that; where entries are left over then, the file's number of classes becomes
 * the new head's.
 */
export function targetShape(from: Shape, shape: readonly number[], fixed: Fixed): number[] {
  const batched = from[0] === fixed.batch.actual ? withBatch(shape, fixed) : [...shape];
  const { classes } = fixed;
  if (!classes || batched.includes(-1) || sizeOf(batched) === sizeOf(from)) return batched;
  return batched.map((extent) => (extent === classes.file ? classes.actual : extent));
}

/** A shape with the batch of the images where it has the file's in front. */
export function withBatch(shape: readonly number[], { batch }: Fixed): number[] {
  const [first, ...rest] = shape;
  return first === undefined || first !== batch.fixed ? [...shape] : [batch.actual, ...rest];
}
