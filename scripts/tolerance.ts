/**
 * Relative L2 error of LeNet's meta_gradient.onnx against the float64 interpreter on the same float32 inputs, per
 * output: median and worst of five seeds. A seed past the tolerance is listed with the first unit whose ReLU or
 * max-pool decided differently in float32: from there on the two computations differentiate different functions.
 */
import { lenet, metaGradientGraph, networkFor, type Port, toGraph } from "../graphs/index.ts";
import { relativeError } from "../src/ir/float32.ts";
import { evaluate } from "../src/ir/interpreter/index.ts";
import { optimize } from "../src/ir/passes/index.ts";
import { sizeOf } from "../src/ir/value.ts";
import { compile } from "../src/onnx/compile.ts";
import { random } from "../src/random/generator.ts";
import { initialize } from "../src/random/initializers.ts";
import { inlineExecutor } from "../src/runtime/executor.ts";
import { firstFlip } from "./firstFlip.ts";

const SEEDS = [1, 2, 3, 4, 5];
const BATCH = 1024;
const TOLERANCE = 1e-5;
const network = lenet();
const executor = inlineExecutor({ device: "cpu", threads: 2 });

type Feeds = ReadonlyMap<string, Float32Array>;

/** Inputs like those of a run: Xavier weights, unit-normal pixels, one-hot labels, a rate of 0.02. */
function feed({ name, role, value }: Port, seed: number): Float32Array {
  const data = new Float32Array(sizeOf(value.shape));
  const stream = random(seed, `tolerance ${name}`);
  if (role === "parameter") {
    const spec = network.parameters.find((parameter) => parameter.name === name)!;
    return initialize(spec.init, spec.shape, stream);
  }
  if (role.endsWith("labels"))
    for (let i = 0; i < data.length; i += 10) data[i + ((i / 10) % 10)] = 1;
  else if (role === "learning_rates") data.fill(0.02);
  else stream.fillNormal(data);
  return data;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

for (const [steps, epochs] of [
  [1, 1],
  [10, 3],
] as const) {
  const unroll = { steps, epochs, imagesPerStep: 10, batch: BATCH };
  const recipeGraph = metaGradientGraph(network, "softmax_cross_entropy", unroll);
  const graph = optimize(toGraph(recipeGraph));
  const feedsOf = (seed: number): Feeds =>
    new Map(recipeGraph.inputs.map((port) => [port.name, feed(port, seed)]));
  const values = graph.outputs.map(({ value }) => value);
  const expected = SEEDS.map((seed) => evaluate(values, feedsOf(seed)));
  for (const target of ["portable", "cpu"] as const) {
    const computed = metaGradientGraph(
      networkFor(target, network),
      "softmax_cross_entropy",
      unroll,
    );
    const results = await executor.run(compile(toGraph(computed), target), SEEDS.map(feedsOf));
    const beyond = new Set<number>();
    graph.outputs.forEach(({ name }, i) => {
      const errors = results.map((result, s) => relativeError(result.get(name)!, expected[s]![i]!));
      errors.forEach((error, s) => {
        if (!(error <= TOLERANCE)) beyond.add(SEEDS[s]!);
      });
      const list = errors.map((error) => error.toExponential(1)).join("  ");
      const middle = median(errors).toExponential(1);
      console.log(
        `${steps} x ${epochs}  ${target.padEnd(8)}  ${name.padEnd(22)}  median ${middle}  seeds ${list}`,
      );
    });
    if (target === "cpu") continue;
    for (const seed of beyond)
      console.log(`  seed ${seed}: ${await firstFlip(graph, executor, feedsOf(seed))}`);
  }
}
await executor.close();
