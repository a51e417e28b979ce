/** Runs models in ONNX Runtime on CPU, and compares them with the interpreter. */
import { InferenceSession, Tensor } from "onnxruntime-node";
import { relativeError } from "../../src/ir/float32.ts";
import type { Graph } from "../../src/ir/graph.ts";
import { evaluate } from "../../src/ir/interpreter/index.ts";
import type { Value } from "../../src/ir/value.ts";
import { lower, type Target } from "../../src/onnx/lowering/index.ts";
import { encodeModel } from "../../src/onnx/protobuf/encodeModel.ts";

export type Numbers = ReadonlyMap<string, Float64Array>;

/** Runs a serialized model once; the feeds' names and sizes are those of its inputs. */
export async function runModel(
  bytes: Uint8Array,
  inputs: readonly { readonly name: string; readonly shape: readonly number[] }[],
  feeds: Numbers,
  options: InferenceSession.SessionOptions = {},
): Promise<Map<string, Float64Array>> {
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, ...options });
  try {
    const tensors = Object.fromEntries(
      inputs.map(({ name, shape }) => [
        name,
        new Tensor("float32", Float32Array.from(feeds.get(name)!), shape),
      ]),
    );
    const results = Object.entries(await session.run(tensors));
    return new Map(
      results.map(([name, { data }]) => [name, Float64Array.from(data as Float32Array)]),
    );
  } finally {
    await session.release();
  }
}

/** Worst relative L2 error of the outputs, against the interpreter on the same numbers. */
export async function loweringError(
  outputs: readonly Value[],
  inputs: readonly Value<"input">[],
  feeds: Numbers,
  target: Target,
): Promise<number> {
  const graph: Graph = {
    name: "test",
    inputs,
    outputs: outputs.map((value, i) => ({ name: `y${i}`, value })),
  };
  const model = lower(graph, target);
  const actual = await runModel(encodeModel(model), model.inputs, feeds);
  const expected = evaluate(outputs, feeds);
  return Math.max(...expected.map((y, i) => relativeError(actual.get(`y${i}`)!, y)));
}
