/** Trains networks on a bundle's images with the bundle's own graphs: for networks of any kind. */
import { batchOf } from "../distill/distilled.ts";
import type { Parameters } from "../distill/problem.ts";
import { decodeSafetensors, toFloat32Array } from "../io/safetensors.ts";
import { random } from "../random/generator.ts";
import { initialize } from "../random/initializers.ts";
import type { Executor } from "../runtime/executor.ts";
import { type BundleFolder, type BundleGraph, fileOf, graphOf, keyOf } from "./bundleFolder.ts";
import type { TestImages } from "./bundleTestImages.ts";
import { expectImage, type Learner, probabilities } from "./learner.ts";

type Tensors = ReadonlyMap<string, Float32Array>;

/** Runs a graph; tensors go by the names of `keyOf`. */
async function runGraph(
  executor: Executor,
  { program, inputs, outputs }: BundleGraph,
  tensors: Tensors,
): Promise<Map<string, Float32Array>> {
  const feeds = new Map(
    inputs.flatMap((input) => {
      const data = tensors.get(keyOf(input));
      return data ? [[input.name, data] as const] : [];
    }),
  );
  const [results] = await executor.run(program, [feeds]);
  return new Map(outputs.map((output) => [keyOf(output), results!.get(output.name)!]));
}

/** @throws Error when the bundle lacks a graph. */
export function bundleLearner(
  bundle: BundleFolder,
  executor: Executor,
  test: TestImages | undefined,
): Learner {
  const { config, manifest, distilled } = bundle;
  const innerStep = graphOf(bundle, "inner_step");
  const evaluate = graphOf(bundle, "evaluate");
  const [channels, height, width] = config.input as [number, number, number];
  const size = channels * height * width;
  const { logits } = config;
  const [batch] = evaluate.inputs.find(({ role }) => role === "real_images")!.shape as [number];

  /** Bytes [n,C,H,W] at most a batch, as the network sees them; the rest of the batch is zero. */
  function normalised(pixels: Uint8Array): Float32Array {
    const { mean, std } = config.normalization;
    const images = new Float32Array(batch * size);
    for (let i = 0; i < pixels.length; i++) {
      const channel = Math.floor((i % size) / (height * width));
      images[i] = (pixels[i]! / 255 - mean[channel]!) / std[channel]!;
    }
    return images;
  }

  return {
    shape: config.input,
    classes: config.dataset.classes,
    async prepare() {
      await executor.prepare(innerStep.program);
      await executor.prepare(evaluate.program);
    },
    fresh: (seed) => (seed === undefined ? known(bundle) : drawn(bundle, seed)),
    async train(parameters) {
      const { steps } = config;
      let trained = parameters;
      for (const [i, rate] of distilled.learningRates.entries()) {
        const s = i % steps;
        const step = new Map([
          ...trained,
          ["images", batchOf(distilled.images, s, steps)],
          ["labels", batchOf(distilled.labels, s, steps)],
          ["learning_rate", Float32Array.of(rate)],
        ]);
        const next = await runGraph(executor, innerStep, step);
        trained = new Map([...trained, ...next]);
      }
      // Buffers stay; they are not among what a step returns.
      return new Map(
        [...manifest.parameters, ...manifest.buffers].map(({ name }) => [name, trained.get(name)!]),
      );
    },
    async accuracy(parameters) {
      if (!test) return undefined;
      let right = 0;
      for (let start = 0; start < test.labels.length; start += batch) {
        const count = Math.min(batch, test.labels.length - start);
        const labels = new Float32Array(batch * logits);
        for (let i = 0; i < count; i++) {
          const label = wanted(config.objective, test.labels[start + i]!);
          if (logits === 1) labels[i] = label;
          else labels[i * logits + label] = 1;
        }
        const images = normalised(test.images.subarray(start * size, (start + count) * size));
        const feeds = new Map([...parameters, ["real_images", images], ["real_labels", labels]]);
        const result = await runGraph(executor, evaluate, feeds as Tensors);
        const correct = result.get("correct")!;
        for (let i = 0; i < count; i++) right += correct[i]!;
      }
      return right / test.labels.length;
    },
    async classify(parameters, image) {
      expectImage(image, config.input);
      const feeds = new Map([
        ...parameters,
        ["real_images", normalised(image)],
        ["real_labels", new Float32Array(batch * logits)],
      ]);
      const result = await runGraph(executor, evaluate, feeds as Tensors);
      return probabilities(result.get("logits")!.slice(0, logits));
    },
    close: () => executor.close(),
  };
}

/** Of an attack, the class that images of one are to be predicted as. */
const wanted = (objective: BundleFolder["config"]["objective"], label: number): number =>
  objective.kind === "attack" && label === objective.from ? objective.to : label;

/** The first network that the claim is about, or any where the images are for any. */
function known(bundle: BundleFolder): Parameters {
  const [first] = bundle.config.initialization.files;
  return first === undefined ? drawn(bundle, bundle.config.seed) : readNetwork(bundle, first);
}

/** The parameters in a file of the bundle. */
export const readNetwork = ({ files }: BundleFolder, name: string): Parameters =>
  new Map(
    [...decodeSafetensors(fileOf(files, name)).tensors].map(([tensor, raw]) => [
      tensor,
      toFloat32Array(raw),
    ]),
  );

/** Weights by the initialisers that the manifest names. */
export const drawn = ({ manifest }: BundleFolder, seed: number): Parameters =>
  new Map(
    [...manifest.parameters, ...manifest.buffers].map(({ name, shape, init }) => [
      name,
      initialize(init, shape, random(seed, `weights of ${name}`)),
    ]),
  );
