import fc from "fast-check";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { metaGradientGraph, networkFor, toGraph } from "../../graphs/index.ts";
import * as build from "../../src/ir/builders/index.ts";
import type { Graph } from "../../src/ir/graph.ts";
import { optimize } from "../../src/ir/passes/index.ts";
import { sizeOf } from "../../src/ir/value.ts";
import { lower, type Target } from "../../src/onnx/lowering/index.ts";
import type { OnnxModel } from "../../src/onnx/model.ts";
import { encodeModel } from "../../src/onnx/protobuf/encodeModel.ts";
import { tensorTypes } from "../../src/onnx/tensorShapes.ts";
import { fastestTarget } from "../../src/runtime/fastestTarget.ts";
import { tinyConvNet, tinyWideNet } from "../graphs/tinyNetworks.ts";
import { loweringCases } from "./loweringCases.ts";

/** Names of the types in the runtime. */
const types = { float32: "float32", int64: "int64", bool: "bool" } as const;

/** Compares every tensor that a graph's program makes with what ONNX Runtime makes. */
async function expectTold(graph: Graph, target: Target): Promise<void> {
  const model = lower(graph, target);
  const told = tensorTypes(model);
  const names = [...new Set(model.nodes.flatMap(({ outputs }) => outputs))];
  const outputs = names.map((name) => ({ name, ...told.get(name)! }));
  const made = await run({ ...model, outputs });
  for (const { name, shape, dtype } of outputs) {
    const { dims, type } = made[name]!;
    expect({ name, dims, type }).toEqual({ name, dims: shape, type: types[dtype] });
  }
}

async function run(model: OnnxModel): Promise<Readonly<Record<string, Tensor>>> {
  const session = await InferenceSession.create(encodeModel(model), {
    intraOpNumThreads: 1,
    graphOptimizationLevel: "disabled",
  });
  const feeds = model.inputs.map(({ name, shape }) => [
    name,
    new Tensor("float32", new Float32Array(sizeOf(shape)).fill(0.5), shape),
  ]);
  try {
    return (await session.run(Object.fromEntries(feeds))) as Record<string, Tensor>;
  } finally {
    await session.release();
  }
}

describe.each(["portable", "cpu"] as const)("lowered for %s", (target) => {
  test.each(Object.entries(loweringCases))(
    "%s makes tensors of the shapes that are told",
    async (_, points) => {
      await fc.assert(
        fc.asyncProperty(points, async ({ fn, shapes }) => {
          const inputs = shapes.map((shape, i) => build.input(`x${i}`, shape));
          const graph = { name: "test", inputs, outputs: [{ name: "y", value: fn(...inputs) }] };
          await expectTold(graph, target);
        }),
        { numRuns: 3, seed: 1 },
      );
    },
  );
});

test.each([
  ["narrow", tinyConvNet()],
  ["wide", tinyWideNet()],
])("a meta-gradient of a %s network makes tensors of the shapes that are told", async (_, one) => {
  const target = await fastestTarget("cpu");
  const unroll = { steps: 2, epochs: 1, imagesPerStep: 3, batch: 4 };
  const graph = metaGradientGraph(networkFor(target, one), "softmax_cross_entropy", unroll);
  await expectTold(optimize(toGraph(graph)), target);
});

test("an operator that the lowering does not emit is an error", () => {
  const node = { name: "n", opType: "Det", domain: "", attributes: {} };
  const model = lower({ name: "test", inputs: [], outputs: [] });
  expect(() => tensorTypes({ ...model, nodes: [{ ...node, inputs: [], outputs: ["y"] }] })).toThrow(
    "no rule tells the shape of what Det makes",
  );
});
