/** Shapes that a file fixed for its own batch and number of classes, for those of the images here. */
import { sizeOf } from "../../ir/value.ts";
import type { ImportNode } from "./node.ts";

/**
 * The shape that input 0 is given: where it has the batch in front and the file's leading extent is its fixed batch, it
 * becomes that of the images; where entries are left over then, the file's number of classes becomes the new head's.
 */
export function targetShape(node: ImportNode, given: readonly number[]): number[] {
  const shape = node.isBatched(0) ? withBatch(node, given) : [...given];
  const { classes } = node.model;
  const open = shape.includes(-1);
  if (!classes || (!open && sizeOf(shape) === sizeOf(node.shape(0)))) return shape;
  return shape.map((extent) => (extent === classes.file ? classes.actual : extent));
}

/** A shape with the batch of the images where it has the file's in front. */
export function withBatch({ model: { batch } }: ImportNode, given: readonly number[]): number[] {
  const [first, ...rest] = given;
  return first === undefined || first !== batch.fixed ? [...given] : [batch.actual, ...rest];
}
