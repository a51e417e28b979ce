/** Parameters of a network into a file, in the format that its name says. */
import { extname } from "node:path";
import { writeFileAtomic } from "../atomicFile.ts";
import { encodeSafetensors, float32Tensor } from "../safetensors.ts";
import type { NamedTensors } from "./namedTensors.ts";
import { encodeNpzTensors } from "./npzFile.ts";
import { encodeOnnxTensors } from "./onnxFile.ts";

/** Formats that are written, by the ending of a name. */
export const writtenFormats = ["safetensors", "npz", "onnx"] as const;
export type WeightFormat = (typeof writtenFormats)[number];

const encoders: Readonly<Record<WeightFormat, (tensors: NamedTensors) => Uint8Array>> = {
  safetensors: (tensors) =>
    encodeSafetensors(
      new Map([...tensors].map(([name, { shape, data }]) => [name, float32Tensor(data, shape)])),
      { format: "pt" },
    ),
  npz: encodeNpzTensors,
  onnx: encodeOnnxTensors,
};

/**
 * Writes named tensors as safetensors, .npz or an ONNX model that holds them as initializers; whole or not at all.
 * @throws Error for a name of another ending.
 */
export async function writeParameters(path: string, tensors: NamedTensors): Promise<void> {
  await writeFileAtomic(path, encodeNamedTensors(path, tensors));
}

/** The bytes that `writeParameters` writes. */
export function encodeNamedTensors(name: string, tensors: NamedTensors): Uint8Array {
  const format = writtenFormats.find((one) => extname(name) === `.${one}`);
  if (format) return encoders[format](tensors);
  throw new Error(
    `${name}: weights are written as ${writtenFormats.map((one) => `.${one}`).join(", ")}; end the name so.`,
  );
}
