/** What a fresh network is trained with, and what reads images with it afterwards. */
import type { Parameters } from "../distill/problem.ts";

export interface Learner {
  /** [C,H,W] of an image. */
  readonly shape: readonly number[];
  readonly classes: readonly string[];
  /** Loads what training and reading need, so that both are quick afterwards. */
  prepare(): Promise<void>;
  /** Initial weights: those drawn by a seed, or those that the images were made for. */
  fresh(seed: number | undefined): Parameters;
  /** The network after all inner steps on the distilled images. */
  train(parameters: Parameters): Promise<Parameters>;
  /** Share of the test images that the network reads rightly; undefined where there are none. */
  accuracy(parameters: Parameters): Promise<number | undefined>;
  /** Probability of each class of one image, bytes [C,H,W]. */
  classify(parameters: Parameters, image: Uint8Array): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Probabilities of logits [K]: softmax, or for one logit the sigmoid of two classes. */
export function probabilities(logits: Float32Array): Float32Array {
  if (logits.length === 1) {
    const second = 1 / (1 + Math.exp(-logits[0]!));
    return Float32Array.of(1 - second, second);
  }
  const most = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** @throws {RangeError} when an image has another size. */
export function expectImage(image: Uint8Array, shape: readonly number[]): void {
  const size = shape.reduce((product, extent) => product * extent, 1);
  if (image.length !== size)
    throw new RangeError(`expected an image [${shape}], ${size} bytes, got ${image.length}`);
}
