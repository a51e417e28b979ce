/** What the benchmark asks of the programs it compares, one request at a time, and what they answer. */
import type { WorkerOptions } from "../runtime/workerExecutor.ts";

/** How our side is to be run. */
export interface OurSetup extends WorkerOptions {
  readonly case: string;
  /** Real images in the outer loss. */
  readonly batch: number;
  readonly seed: number;
  /** Where the inputs and the gradients are exchanged. */
  readonly folder: string;
}

/** How a peer is to be run. */
export interface PeerSetup {
  readonly steps: number;
  readonly epochs: number;
  readonly threads: number;
  readonly folder: string;
}

export type Request =
  /** Computes the meta-gradient once and writes the gradient of the images. */
  | { readonly kind: "prepare"; readonly setup: OurSetup | PeerSetup }
  | { readonly kind: "run"; readonly iterations: number }
  /** Measures matrix products; only our side is asked. */
  | { readonly kind: "matrixPeak" };

export type Reply = { readonly result: unknown } | { readonly error: string };

/** Answer to "prepare" from our side. */
export interface OurPreparation {
  readonly steps: number;
  readonly epochs: number;
  /** Floating-point operations of one meta-gradient in matrix products and convolutions. */
  readonly flops: number;
}

/** Answer to "run". */
export interface Turn {
  /** Time of each iteration. */
  readonly milliseconds: readonly number[];
  /** Peak resident memory of the process so far, in bytes; null where the system does not tell. */
  readonly rss: number | null;
}

/** Answer to "matrixPeak". */
export interface MatrixPeak {
  readonly flopsPerSecond: number;
}

/** Files of the exchange folder: what both sides compute on, and float32 numbers of what they made of it. */
export const inputsFile = "inputs.safetensors";
export const ourGradientFile = "our-image-gradient.f32";
export const peerGradientFile = "peer-image-gradient.f32";
