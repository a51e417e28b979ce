/** A model as its file has it, run by the runtime beside the network that was made of it. */
import { readFile } from "node:fs/promises";
import { evaluateGraph, lossFor, networkFor, toGraph } from "../../graphs/index.ts";
import { relativeError } from "../ir/float32.ts";
import { compile } from "../onnx/compile.ts";
import type { ImageLayout } from "../onnx/import/images.ts";
import { random } from "../random/generator.ts";
import type { Executor } from "../runtime/executor.ts";
import type { OpenModel } from "./modelNetwork.ts";

/** Batches of the file that are compared: several, so that what a fixed batch has to do with shapes shows. */
const BATCHES = 3;

/**
 * Relative L2 error of the network's outputs against the file's own, on random images and the same device.
 * @throws when the runtime cannot run the file, such as one whose tensors lie in other files.
 */
export async function forwardError(
  path: string,
  { network, weights, model }: OpenModel,
  executor: Executor,
  seed: number,
): Promise<number> {
  const { name, layout, shape, fixedBatch = 1 } = model.images;
  const n = BATCHES * fixedBatch;
  const stream = random(seed, "images for the file");
  const [channels, height, width] = shape;
  const images = Float32Array.from({ length: n * channels * height * width }, () =>
    stream.normal(),
  );

  const graph = evaluateGraph(networkFor(executor.target, network), lossFor(network.classes), n);
  const feeds = new Map([
    ...weights,
    ["real_images", images] as const,
    ["real_labels", new Float32Array(n * network.classes)] as const,
  ]);
  const [ours] = await executor.run(compile(toGraph(graph), executor.target), [feeds]);

  const arranged = layout === "NHWC" ? channelsLast(images, shape) : images;
  const file = {
    name: "file",
    bytes: new Uint8Array(await readFile(path)),
    inputs: [{ name, dtype: "float32" as const, shape: fileShape(layout, fixedBatch, shape) }],
    outputs: [{ name: model.output, dtype: "float32" as const, shape: [] }],
    nodes: 0,
  };
  const size = arranged.length / BATCHES;
  const batches = Array.from(
    { length: BATCHES },
    (_, i) => new Map([[name, arranged.slice(i * size, (i + 1) * size)]]),
  );
  const original = (await executor.run(file, batches)).flatMap((results) => [
    ...results.get(model.output)!,
  ]);
  const logits = ours!.get("logits")!;
  return relativeError(probabilities(logits, network.classes, model.omitted), original);
}

const fileShape = (
  layout: ImageLayout,
  n: number,
  [c, h, w]: readonly [number, number, number],
): number[] => {
  if (layout === "flat") return [n, c * h * w];
  return layout === "NHWC" ? [n, h, w, c] : [n, c, h, w];
};

/** [N,C,H,W] to [N,H,W,C]. */
function channelsLast(
  images: Float32Array,
  [channels, height, width]: readonly [number, number, number],
): Float32Array {
  const plane = height * width;
  return images.map((_, i) => {
    const image = Math.floor(i / (channels * plane));
    const channel = i % channels;
    const pixel = Math.floor((i % (channels * plane)) / channels);
    return images[(image * channels + channel) * plane + pixel]!;
  });
}

/** What the file makes of logits behind them. */
function probabilities(
  logits: Float32Array,
  classes: number,
  omitted: readonly string[],
): Float64Array {
  const numbers = Float64Array.from(logits);
  const [last] = omitted;
  if (last === undefined) return numbers;
  if (last === "Sigmoid") return numbers.map((one) => 1 / (1 + Math.exp(-one)));
  for (let start = 0; start < numbers.length; start += classes) {
    const row = numbers.subarray(start, start + classes);
    const most = Math.max(...row);
    const sum = Math.log(row.reduce((total, one) => total + Math.exp(one - most), 0)) + most;
    row.forEach((one, i) => {
      row[i] = last === "LogSoftmax" ? one - sum : Math.exp(one - sum);
    });
  }
  return numbers;
}
