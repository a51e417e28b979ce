/** distilled.safetensors: the result of a run, self-describing. */
import type { Distilled } from "../distill/distilled.ts";
import { distilledShapes } from "../distill/distilled.ts";
import type { Problem } from "../distill/problem.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  float32Tensor,
  toFloat32Array,
} from "./safetensors.ts";

const FORMAT = "onnx-distill";

/** float32 `images` [S,n,C,H,W], `labels` [S,n,K], `learning_rates` [S*E] with what is needed to use them. */
export function encodeDistilled(problem: Problem, distilled: Distilled): Uint8Array {
  const { recipe, dataset, network, loss } = problem;
  const shapes = distilledShapes(problem);
  return encodeSafetensors(
    new Map([
      ["images", float32Tensor(distilled.images, shapes.images)],
      ["labels", float32Tensor(distilled.labels, shapes.labels)],
      ["learning_rates", float32Tensor(distilled.learningRates, shapes.learningRates)],
    ]),
    {
      format: FORMAT,
      version: "1",
      steps: String(recipe.steps),
      epochs: String(recipe.epochs),
      network: network.name,
      loss,
      objective: JSON.stringify(recipe.objective),
      init: JSON.stringify({
        initialization: recipe.initialization,
        initializer: recipe.initializer,
      }),
      seed: String(recipe.seed),
      mean: JSON.stringify(dataset.normalization.mean),
      std: JSON.stringify(dataset.normalization.std),
      ...(dataset.normalization.channels === "bgr" ? { channels: "bgr" } : {}),
      classes: JSON.stringify(dataset.classes),
    },
  );
}

/** The tensors with their shapes. */
export interface DistilledFile extends Distilled {
  readonly shapes: ReturnType<typeof distilledShapes>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * @throws when the file is not one of ours.
 */
export function decodeDistilled(bytes: Uint8Array): DistilledFile {
  const { tensors, metadata } = decodeSafetensors(bytes);
  if (metadata.format !== FORMAT || metadata.version !== "1") {
    throw new Error(
      `expected distilled images (format ${FORMAT}, version 1), got format "${metadata.format ?? "none"}"`,
    );
  }
  const read = (name: string) => {
    const raw = tensors.get(name);
    if (!raw) throw new Error(`the file lacks the tensor "${name}"`);
    return { data: toFloat32Array(raw), shape: raw.shape };
  };
  const [images, labels, learningRates] = [read("images"), read("labels"), read("learning_rates")];
  return {
    images: images.data,
    labels: labels.data,
    learningRates: learningRates.data,
    shapes: { images: images.shape, labels: labels.shape, learningRates: learningRates.shape },
    metadata,
  };
}
