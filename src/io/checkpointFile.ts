/** Checkpoints as safetensors files: tensors as they are, numbers in the metadata as JSON. */
import type { BestState, Checkpoint } from "../distill/run.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  float32Tensor,
  type RawTensor,
  toFloat32Array,
} from "./safetensors.ts";

const FORMAT = "onnx-distill-checkpoint";
const LEARNED = ["images", "labels", "rawRates"] as const;
const DISTILLED = ["images", "labels", "learningRates"] as const;

/** Shapes do not matter to the trainer, so tensors are stored flat. */
const flat = (data: Float32Array) => float32Tensor(data, [data.length]);

export function encodeCheckpoint({ state, seconds, losses, best, layout }: Checkpoint): Uint8Array {
  const tensors = new Map<string, RawTensor>(
    LEARNED.flatMap((key) => [
      [key, flat(state[key])] as const,
      [`adam.first.${key}`, flat(state.moments[key].first)] as const,
      [`adam.second.${key}`, flat(state.moments[key].second)] as const,
    ]),
  );
  if (best) for (const key of DISTILLED) tensors.set(`best.${key}`, flat(best.distilled[key]));
  const numbers = {
    iteration: state.iteration,
    clipAverage: state.clipAverage,
    seconds,
    losses,
    layout,
    ...(best ? { best: { iteration: best.iteration, accuracy: best.accuracy } } : {}),
  };
  return encodeSafetensors(tensors, {
    format: FORMAT,
    version: "1",
    numbers: JSON.stringify(numbers),
  });
}

/**
 * @throws when the file is no checkpoint of ours.
 */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const { tensors, metadata } = decodeSafetensors(bytes);
  if (metadata.format !== FORMAT || metadata.version !== "1" || !metadata.numbers) {
    throw new Error(
      `expected a checkpoint (format ${FORMAT}, version 1), got format "${metadata.format ?? "none"}"`,
    );
  }
  const { iteration, clipAverage, seconds, losses, layout, best } = JSON.parse(metadata.numbers);
  const tensor = (name: string): Float32Array => {
    const raw = tensors.get(name);
    if (!raw) throw new Error(`the checkpoint lacks the tensor "${name}"`);
    return toFloat32Array(raw);
  };
  const moments = (key: string) => ({
    first: tensor(`adam.first.${key}`),
    second: tensor(`adam.second.${key}`),
  });
  const bestState: BestState | undefined = best && {
    ...best,
    distilled: {
      images: tensor("best.images"),
      labels: tensor("best.labels"),
      learningRates: tensor("best.learningRates"),
    },
  };
  return {
    state: {
      images: tensor("images"),
      labels: tensor("labels"),
      rawRates: tensor("rawRates"),
      iteration,
      clipAverage,
      moments: {
        images: moments("images"),
        labels: moments("labels"),
        rawRates: moments("rawRates"),
      },
    },
    seconds,
    losses,
    best: bestState,
    layout,
  };
}
