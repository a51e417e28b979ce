/** Shapes of images on the command line. */
import { UsageError } from "./errors.ts";

/** [C,H,W] */
export type ImageShape = readonly [number, number, number];

/**
 * Parses the value of --input.
 * @throws {UsageError} for anything but CxHxW.
 */
export function parseImageShape(text: string): ImageShape {
  const match = /^([1-9]\d*)x([1-9]\d*)x([1-9]\d*)$/.exec(text);
  if (!match) throw new UsageError(`--input: expected CxHxW such as 1x28x28, got "${text}"`);
  return [Number(match[1]), Number(match[2]), Number(match[3])];
}
