/** What the benchmark asks of the programs it compares, one request at a time, and what they answer. */
import type { Layout } from "../distill/layout.ts";
import type { DeviceName } from "../runtime/devices.ts";
import type { BenchCase } from "./cases.ts";

/** How our side is to be run. */
export interface OurSetup extends Partial<Layout> {
  readonly device: DeviceName;
  readonly case: BenchCase;
  readonly seed: number;
  /** Where the inputs and the gradients are exchanged. */
  readonly folder: string;
}

/** How a peer is to be run. */
export interface PeerSetup
  extends Pick<
    BenchCase,
    "work" | "network" | "steps" | "epochs" | "comparedEpochs" | "batch" | "learningRate"
  > {
  /** Names of the parameters, in the order of our network. */
  readonly parameters: readonly string[];
  /** Networks that one iteration of an evaluation or a training is about. */
  readonly networks: number;
  readonly threads: number;
  /** Where PyTorch computes. */
  readonly device: "cpu" | "cuda";
  readonly folder: string;
}

export type Request =
  /** Does the work once and writes its result: the gradient of the images, the trained parameters, or the losses of an epoch. */
  | { readonly kind: "prepare"; readonly setup: OurSetup | PeerSetup }
  | { readonly kind: "run"; readonly iterations: number }
  /** Measures matrix products; only our side is asked. */
  | { readonly kind: "matrixPeak" };

export type Reply = { readonly result: unknown } | { readonly error: string };

/** Answer to "prepare" from our side. */
export interface OurPreparation {
  readonly parameters: readonly string[];
  /** Floating-point operations of one iteration in matrix products and convolutions. */
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
export const ourResultFile = "ours.f32";
export const peerResultFile = "peer.f32";
