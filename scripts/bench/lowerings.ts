/**
 * `npm run bench:lowerings`: the measurements behind the choices that the CPU lowering makes, each form of a
 * computation in turns on one thread, the chosen one marked.
 */
import { lenet, networkFor, outerLossGraph, toGraph, WIDE } from "../../graphs/index.ts";
import { gradient } from "../../src/autodiff/gradient.ts";
import { interleave } from "../../src/bench/interleave.ts";
import { batchLast } from "../../src/ir/batchLast/index.ts";
import {
  conv2d,
  convWeightGrad,
  flatten,
  input,
  maxPool2d,
  mul,
  reduceSum,
  relu,
} from "../../src/ir/builders/index.ts";
import type { Graph } from "../../src/ir/graph.ts";
import { sizeOf, type Value } from "../../src/ir/value.ts";
import { compile, type Program } from "../../src/onnx/compile.ts";
import { Emitter } from "../../src/onnx/lowering/emitter.ts";
import {
  emitByConvolution,
  emitByTaps,
  isFasterByTaps,
} from "../../src/onnx/lowering/weightGrad.ts";
import { IR_VERSION, type OnnxModel, OPSET } from "../../src/onnx/model.ts";
import { encodeModel } from "../../src/onnx/protobuf/encodeModel.ts";
import { random } from "../../src/random/generator.ts";
import { inlineExecutor } from "../../src/runtime/executor.ts";
import { fastestTarget } from "../../src/runtime/fastestTarget.ts";

const ROUNDS = 5;
const MILLISECONDS_PER_TURN = 200;

const executor = inlineExecutor({ device: "cpu", threads: 1 });
const target = await fastestTarget("cpu");

/** Median milliseconds of each program, in turns. */
async function measure(programs: readonly Program[]): Promise<number[]> {
  const feeds = programs.map(
    ({ inputs }) =>
      new Map(
        inputs.map(({ name, shape }) => {
          const data = new Float32Array(sizeOf(shape));
          random(1, name).fillNormal(data, 0.1);
          return [name, data];
        }),
      ),
  );
  const once = async (i: number): Promise<number> => {
    const start = performance.now();
    await executor.run(programs[i]!, [feeds[i]!]);
    return performance.now() - start;
  };
  await inTurn(programs, (_, i) => once(i));
  const slowest = Math.max(...(await inTurn(programs, (_, i) => once(i))));
  const runners = programs.map((_, i) => async (iterations: number) => ({
    milliseconds: await inTurn(Array.from({ length: iterations }), () => once(i)),
    rss: null,
  }));
  const iterations = Math.ceil(MILLISECONDS_PER_TURN / slowest) + 1;
  const timings = await interleave(runners, { rounds: ROUNDS, iterations });
  return timings.map(({ median }) => median);
}

/** One after the other. */
async function inTurn<T>(
  items: readonly T[],
  work: (item: T, i: number) => Promise<number>,
): Promise<number[]> {
  const results: number[] = [];
  for (const [i, item] of items.entries()) results.push(await work(item, i));
  return results;
}

const cell = (text: string | number, width: number): string =>
  (typeof text === "number" ? text.toFixed(text < 10 ? 2 : 1) : text).padStart(width);

const row = (...cells: readonly (string | number)[]): void =>
  console.log(cells.map((text, i) => cell(text, i === 0 ? 34 : 13)).join(""));

/** n images [C,H,H], M filters k x k, max-pool p. */
interface Layer {
  readonly n: number;
  readonly c: number;
  readonly size: number;
  readonly m: number;
  readonly k: number;
  readonly pads: number;
  readonly p: number;
}

const describe = ({ n, c, size, m, k, p }: Layer): string =>
  `[${n},${c},${size},${size}] ${m} of ${k}x${k}${p > 1 ? `, pool ${p}` : ""}`;

/** Forward and both gradients of convolution, bias, ReLU and max-pool. */
function layerGraph({ n, c, size, m, k, pads, p }: Layer, rewritten: boolean): Graph {
  const images = input("images", [n, c, size, size]);
  const weight = input("weight", [m, c, k, k]);
  const bias = input("bias", [m]);
  const activated = relu(conv2d(images, weight, bias, { pads: [pads, pads, pads, pads] }));
  const plain = flatten(maxPool2d(activated, [p, p], { strides: [p, p] }));
  const output = rewritten ? batchLast(plain, images, [weight, bias]) : plain;
  const [dImages, dWeight] = gradient(reduceSum(mul(output, output)), [images, weight]);
  return {
    name: "layer",
    inputs: [images, weight, bias],
    outputs: [
      { name: "images gradient", value: dImages! },
      { name: "weight gradient", value: dWeight! },
    ],
  };
}

/** A table of two forms: for each layer both as programs, and which of them is chosen. */
async function compareForms(
  title: string,
  [first, second]: readonly [string, string],
  layers: readonly Layer[],
  formsOf: (layer: Layer) => { readonly forms: readonly Program[]; readonly second: boolean },
): Promise<void> {
  console.log(`\n${title}, ms`);
  row("layer", first, second, "ratio", "chosen");
  for (const layer of layers) {
    const { forms, second: chosen } = formsOf(layer);
    const [a, b] = (await measure(forms)) as [number, number];
    row(describe(layer), a, b, b / a, chosen ? second : first);
  }
}

const layers: readonly Layer[] = [
  { n: 64, c: 1, size: 28, m: 6, k: 5, pads: 2, p: 2 },
  { n: 64, c: 6, size: 14, m: 16, k: 5, pads: 0, p: 2 },
  { n: 10, c: 1, size: 28, m: 6, k: 5, pads: 2, p: 2 },
  { n: 10, c: 6, size: 14, m: 16, k: 5, pads: 0, p: 2 },
  { n: 64, c: 16, size: 16, m: 24, k: 3, pads: 1, p: 2 },
  { n: 64, c: 32, size: 16, m: 32, k: 3, pads: 1, p: 2 },
  { n: 64, c: 64, size: 16, m: 64, k: 5, pads: 2, p: 2 },
];

await compareForms(
  "A layer, forward and backward: convolution operators or products over blocks",
  ["operators", "batch-last"],
  layers,
  (layer) => ({
    forms: [false, true].map((rewritten) => compile(layerGraph(layer, rewritten), target)),
    second: layer.m < WIDE,
  }),
);

await compareForms(
  `A layer, forward and backward: plain convolutions or blocked channels (${target})`,
  ["plain", "blocked"],
  [
    { n: 10, c: 3, size: 32, m: 64, k: 5, pads: 2, p: 1 },
    { n: 10, c: 64, size: 16, m: 64, k: 5, pads: 2, p: 1 },
    { n: 64, c: 64, size: 16, m: 64, k: 5, pads: 2, p: 1 },
    { n: 64, c: 32, size: 16, m: 32, k: 3, pads: 1, p: 1 },
    { n: 20, c: 64, size: 27, m: 192, k: 5, pads: 2, p: 1 },
    { n: 20, c: 256, size: 13, m: 256, k: 3, pads: 1, p: 1 },
    { n: 20, c: 64, size: 14, m: 64, k: 1, pads: 0, p: 1 },
  ],
  (layer) => ({
    forms: (["cpu", target] as const).map((form) => compile(layerGraph(layer, false), form)),
    second: target !== "cpu",
  }),
);

/** One form of the weights' gradient as a program. */
function weightGradProgram(
  value: Value<"convWeightGrad">,
  form: typeof emitByConvolution,
): Program {
  const emit = new Emitter();
  emit.rename(form(emit, value, "x", "dy", "cpu"), "dw");
  const model: OnnxModel = {
    name: "weight gradient",
    opset: OPSET,
    irVersion: IR_VERSION,
    nodes: emit.nodes,
    initializers: emit.initializers,
    inputs: ["x", "dy"].map((name, i) => ({
      name,
      dtype: "float32",
      shape: value.inputs[i]!.shape,
    })),
    outputs: [{ name: "dw", dtype: "float32", shape: value.shape }],
  };
  const { name, inputs, outputs, nodes } = model;
  return { name, bytes: encodeModel(model), inputs, outputs, nodes: nodes.length };
}

const weightGradLayers: readonly Layer[] = [
  { n: 10, c: 6, size: 14, m: 16, k: 5, pads: 0, p: 1 },
  { n: 10, c: 3, size: 32, m: 64, k: 5, pads: 2, p: 1 },
  { n: 64, c: 32, size: 16, m: 32, k: 3, pads: 1, p: 1 },
  { n: 10, c: 64, size: 16, m: 64, k: 5, pads: 2, p: 1 },
  { n: 64, c: 64, size: 16, m: 64, k: 5, pads: 2, p: 1 },
  { n: 20, c: 64, size: 27, m: 192, k: 5, pads: 2, p: 1 },
  { n: 20, c: 256, size: 13, m: 256, k: 3, pads: 1, p: 1 },
];

await compareForms(
  "Gradient of convolution weights, not blocked: a convolution, or a product per kernel position",
  ["convolution", "positions"],
  weightGradLayers,
  ({ n, c, size, m, k, pads }) => {
    const out = size + 2 * pads - k + 1;
    const value = convWeightGrad(input("x", [n, c, size, size]), input("dy", [n, m, out, out]), {
      kernel: [k, k],
      strides: [1, 1],
      pads: [pads, pads, pads, pads],
      dilations: [1, 1],
      group: 1,
    }) as Value<"convWeightGrad">;
    return {
      forms: [emitByConvolution, emitByTaps].map((form) => weightGradProgram(value, form)),
      second: isFasterByTaps(value),
    };
  },
);

const BATCH = 512;
const network = networkFor("cpu", lenet());

console.log(`\nOuter loss of LeNet and its gradient at batch ${BATCH}, in micro-batches, ms`);
row("images in a micro-batch", "time", "", "", "chosen");
const sizes = [16, 32, 64, 128, 256, 512];
const programs = sizes.map((microBatch) =>
  compile(
    toGraph(outerLossGraph({ ...network, microBatch }, "softmax_cross_entropy", BATCH)),
    "cpu",
  ),
);
(await measure(programs)).forEach((time, i) => {
  row(String(sizes[i]), time, "", "", sizes[i] === network.microBatch ? "yes" : "");
});
await executor.close();
