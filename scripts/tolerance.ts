/**
 * Relative L2 error of LeNet's meta_gradient.onnx against the float64 interpreter on the same float32 inputs, per
 * output: median and worst of five seeds. `npm run tolerance` prints the table of docs/accuracy.md.
 */
import { lenet, metaGradientGraph, type Port, toGraph } from "../graphs/index.ts";
import { evaluate } from "../src/ir/interpreter/index.ts";
import { relativeError } from "../src/ir/float32.ts";
import { optimize } from "../src/ir/passes/index.ts";
import { sizeOf } from "../src/ir/value.ts";
import { compile } from "../src/onnx/compile.ts";
import { random } from "../src/random/generator.ts";
import { initialize } from "../src/random/initializers.ts";
import { inlineExecutor } from "../src/runtime/executor.ts";

const SEEDS = [1, 2, 3, 4, 5];
const BATCH = 1024;
const network = lenet();

/** Inputs like those of a run: Xavier weights, unit-normal pixels, one-hot labels, a rate of 0.02. */
function feed({ name, role, value }: Port, seed: number): Float32Array {
  const data = new Float32Array(sizeOf(value.shape));
  const stream = random(seed, `tolerance ${name}`);
  if (role === "parameter") {
    const spec = network.parameters.find((parameter) => parameter.name === name)!;
    return initialize(spec.init, spec.shape, stream);
  }
  if (role.endsWith("labels")) for (let i = 0; i < data.length; i += 10) data[i + ((i / 10) % 10)] = 1;
  else if (role === "learning_rates") data.fill(0.02);
  else stream.fillNormal(data);
  return data;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

for (const [steps, epochs] of [
  [1, 1],
  [10, 3],
] as const) {
  const graph = metaGradientGraph(network, "softmax_cross_entropy", { steps, epochs, imagesPerStep: 10, batch: BATCH });
  const optimized = optimize(toGraph(graph));
  const oracle = SEEDS.map((seed) => {
    const feeds = new Map(graph.inputs.map((port) => [port.name, feed(port, seed)]));
    return { feeds, expected: evaluate(optimized.outputs.map(({ value }) => value), feeds) };
  });
  for (const target of ["portable", "cpu"] as const) {
    const executor = inlineExecutor({ device: "cpu", threads: 2 });
    const program = compile(toGraph(graph), target);
    const results = await executor.run(program, oracle.map(({ feeds }) => feeds));
    graph.outputs.forEach(({ name }, i) => {
      const errors = results.map((result, s) => relativeError(result.get(name)!, oracle[s]!.expected[i]!));
      const [middle, worst] = [median(errors), Math.max(...errors)].map((error) => error.toExponential(1));
      console.log(`${steps} x ${epochs}  ${target.padEnd(8)}  ${name.padEnd(24)} median ${middle}  worst ${worst}`);
    });
    await executor.close();
  }
}
