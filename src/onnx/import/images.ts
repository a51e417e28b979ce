/** How a model takes its images. */
import { reshape, transpose } from "../../ir/builders/index.ts";
import type { Value } from "../../ir/value.ts";
import type { FileValueInfo, ModelFile } from "../modelFile.ts";
import { ImportError } from "./error.ts";

/** [C,H,W] of one image. */
export type ImageShape = readonly [number, number, number];

/** NHWC models have their channels last; flat ones take [N, C * H * W]. */
export type ImageLayout = "NCHW" | "NHWC" | "flat";

export interface ImageInput {
  readonly name: string;
  readonly layout: ImageLayout;
  readonly shape: ImageShape;
  /** Images that the file says a batch has; undefined where it leaves that free. */
  readonly fixedBatch: number | undefined;
}

/** Inputs that are fed: initializers of old files are listed as inputs too. */
export function fedInputs({ inputs, initializers }: ModelFile): FileValueInfo[] {
  const stored = new Set(initializers.map(({ name }) => name));
  return inputs.filter(({ name }) => !stored.has(name));
}

/**
 * The model's only input, read as images; `wanted` says their shape where the file does not.
 * @throws {ImportError} when there are several inputs, or images of unknown or another shape.
 */
export function imageInput(model: ModelFile, wanted?: ImageShape): ImageInput {
  const inputs = fedInputs(model);
  const [info] = inputs;
  if (!info || inputs.length > 1) {
    const names = inputs.map(({ name }) => `"${name}"`).join(", ");
    throw new ImportError(
      `expected a single input that takes images, it has ${names || "none"}: export the model with images as its only input`,
    );
  }
  const { name, shape = [] } = info;
  const [batch, ...rest] = shape;
  const fixedBatch = typeof batch === "number" ? batch : undefined;
  if (rest.length === 1) {
    return { name, layout: "flat", shape: flatShape(name, rest[0], wanted), fixedBatch };
  }
  if (rest.length !== 3) {
    throw new ImportError(
      `its input "${name}" has the shape [${shape.map((extent) => extent ?? "?")}]: expected images [N,C,H,W] or [N,H,W,C]`,
    );
  }
  const isChannels = (extent: unknown) => extent === 1 || extent === 3;
  const layout = !isChannels(rest[0]) && isChannels(rest[2]) ? "NHWC" : "NCHW";
  const inOrder = layout === "NHWC" ? [rest[2], rest[0], rest[1]] : rest;
  return { name, layout, shape: imageShape(name, inOrder, wanted), fixedBatch };
}

function imageShape(
  name: string,
  shape: readonly (number | string | undefined)[],
  wanted: ImageShape | undefined,
): ImageShape {
  const found = shape.map((extent, axis) => (typeof extent === "number" ? extent : wanted?.[axis]));
  const [channels, height, width] = found;
  if (channels === undefined || height === undefined || width === undefined) {
    throw new ImportError(
      `its input "${name}" leaves the size of the images open: say it with --input (input in a recipe), such as 3x224x224`,
    );
  }
  if (wanted && found.some((extent, axis) => extent !== wanted[axis])) {
    throw new ImportError(`it takes images of ${found.join("x")}, not of ${wanted.join("x")}`);
  }
  return [channels, height, width];
}

function flatShape(name: string, extent: unknown, wanted: ImageShape | undefined): ImageShape {
  const size = wanted?.reduce((product, one) => product * one, 1);
  if (wanted && (typeof extent !== "number" || extent === size)) return wanted;
  throw new ImportError(
    `its input "${name}" takes ${extent ?? "any number of"} numbers: say the shape of an image with --input (input in a recipe), such as 1x28x28`,
  );
}

/** Images [n,C,H,W] as the model takes them. */
export function arrangedImages(images: Value, layout: ImageLayout): Value {
  if (layout === "NHWC") return transpose(images, [0, 2, 3, 1]);
  return layout === "flat" ? reshape(images, [images.shape[0]!, -1]) : images;
}
