/** Meta-gradients that every device is to compute alike: small, since SwiftShader is slow. */
import {
  defineNetwork,
  lenet,
  metaGradientGraph,
  type Network,
  networkFor,
  type RecipeGraph,
  toGraph,
  type Unroll,
} from "../../graphs/index.ts";
import { firstFlip } from "../../scripts/firstFlip.ts";
import { importedNetwork } from "../../src/distill/importedNetwork.ts";
import {
  add,
  flatten,
  localResponseNormalization,
  maxPool2d,
  relu,
  sub,
} from "../../src/ir/builders/index.ts";
import type { Value } from "../../src/ir/value.ts";
import { compile, type Program } from "../../src/onnx/compile.ts";
import { importModel } from "../../src/onnx/import/importModel.ts";
import type { Target } from "../../src/onnx/lowering/index.ts";
import type { Executor } from "../../src/runtime/executor.ts";
import { recipeFeeds } from "../graphs/recipeFeeds.ts";
import { floats, integers, modelOf } from "../onnx/import/modelOf.ts";

export const SEEDS = [1, 2, 3, 4, 5];

export interface ParityCase {
  readonly name: string;
  readonly network: Network;
  readonly unroll: Unroll;
}

const normalize = (x: Value): Value =>
  localResponseNormalization(x, {
    size: 4,
    alpha: 0.001 / 9,
    beta: 0.75,
    bias: 1,
    convention: "pytorch",
  });

const pool = (x: Value): Value => maxPool2d(x, [3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] });

/** The layers of AlexCifarNet, with an eighth of its channels and units, for small images. */
const smallAlexCifarNet = (): Network =>
  defineNetwork({
    name: "small-alexcifarnet",
    input: [3, 12, 12],
    classes: 10,
    forward(x, layer) {
      x = relu(layer.conv2d("features.0", x, { out: 8, kernel: 5, pad: 2 }));
      x = normalize(pool(x));
      x = relu(layer.conv2d("features.4", x, { out: 8, kernel: 5, pad: 2 }));
      x = pool(normalize(x));
      x = relu(layer.linear("classifier.0", flatten(x), 48));
      x = relu(layer.linear("classifier.2", x, 24));
      return layer.linear("classifier.4", x, 10);
    },
  });

/** A model as another tool writes it: batch normalisation, average pooling, a fixed batch and a softmax at the end. */
export function modelNetwork(): Network {
  const file = modelOf({
    input: [2, 3, 8, 8],
    nodes: [
      {
        op: "Conv",
        inputs: ["x", "conv.weight", "conv.bias"],
        outputs: ["a"],
        attributes: { pads: [1, 1, 1, 1] },
      },
      {
        op: "BatchNormalization",
        inputs: ["a", "bn.weight", "bn.bias", "bn.mean", "bn.variance"],
        outputs: ["b"],
      },
      { op: "Elu", inputs: ["b"], outputs: ["c"] },
      {
        op: "AveragePool",
        inputs: ["c"],
        outputs: ["d"],
        attributes: {
          kernel_shape: [2, 2],
          strides: [2, 2],
        },
      },
      { op: "Reshape", inputs: ["d", "shape"], outputs: ["e"] },
      { op: "Gemm", inputs: ["e", "fc.weight", "fc.bias"], outputs: ["f"] },
      { op: "Softmax", inputs: ["f"] },
    ],
    tensors: [
      floats("conv.weight", [6, 3, 3, 3], 0.2),
      floats("conv.bias", [6], 0.1),
      floats("bn.weight", [6]),
      floats("bn.bias", [6], 0.1),
      floats("bn.mean", [6], 0.1),
      { ...floats("bn.variance", [6]), data: [0.5, 1, 1.5, 0.8, 1.2, 0.7].map(Math.fround) },
      integers("shape", [2, -1]),
      floats("fc.weight", [96, 4], 0.2),
      floats("fc.bias", [4], 0.1),
    ],
  });
  return importedNetwork("model", importModel(file), 1).network;
}

export const parityCases: readonly ParityCase[] = [
  {
    name: "LeNet",
    network: lenet(),
    unroll: { steps: 1, epochs: 1, imagesPerStep: 10, batch: 16 },
  },
  {
    name: "small AlexCifarNet",
    network: smallAlexCifarNet(),
    unroll: { steps: 1, epochs: 1, imagesPerStep: 10, batch: 16 },
  },
  {
    name: "imported model",
    network: modelNetwork(),
    unroll: { steps: 1, epochs: 1, imagesPerStep: 4, batch: 16 },
  },
];

/**
 * Where float32 sees zeros: its numbers near 1e8 are 8 apart, so that a ReLU decides otherwise than in float64.
 */
export const flippingCase: ParityCase = {
  name: "flipping",
  network: defineNetwork({
    name: "flipping",
    input: [1, 2, 2],
    classes: 10,
    forward(x, layer) {
      x = relu(sub(add(x, 1e8), 1e8));
      return layer.linear("fc", flatten(x), 10);
    },
  }),
  unroll: { steps: 1, epochs: 1, imagesPerStep: 10, batch: 4 },
};

/** The case of a name. */
export const caseNamed = (name: string): ParityCase =>
  [...parityCases, flippingCase].find((one) => one.name === name)!;

/** The meta-gradient's graph with a target's form of the network. */
export const graphOf = ({ network, unroll }: ParityCase, target: Target): RecipeGraph =>
  metaGradientGraph(networkFor(target, network), "softmax_cross_entropy", unroll);

export const programOf = (parityCase: ParityCase, target: Target): Program =>
  compile(toGraph(graphOf(parityCase, target)), target);

/** Inputs of a seed, the same wherever they are drawn, as float32 numbers in float64. */
export function feedsOf(parityCase: ParityCase, seed: number): Map<string, Float64Array> {
  const { network } = parityCase;
  const feeds = recipeFeeds(graphOf(parityCase, "portable"), network, seed);
  for (const [name, data] of network.bufferValues ?? []) feeds.set(name, Float64Array.from(data));
  return feeds;
}

/** The outputs of every seed on a device. */
export async function outputsOf(
  parityCase: ParityCase,
  executor: Executor,
): Promise<Map<string, Float32Array>[]> {
  const feeds = SEEDS.map((seed) => singleFeedsOf(parityCase, seed));
  return executor.run(programOf(parityCase, executor.target), feeds);
}

const singleFeedsOf = (parityCase: ParityCase, seed: number): Map<string, Float32Array> =>
  new Map([...feedsOf(parityCase, seed)].map(([name, data]) => [name, Float32Array.from(data)]));

/** The first unit that decides differently on a device with a seed's inputs, in words. */
export const flipOf = (parityCase: ParityCase, executor: Executor, seed: number): Promise<string> =>
  firstFlip(toGraph(graphOf(parityCase, "portable")), executor, singleFeedsOf(parityCase, seed));
