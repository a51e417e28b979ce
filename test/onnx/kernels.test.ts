/** Every node of every generated graph has a kernel on every provider that it is generated for. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  alexcifarnet,
  alexnet,
  lenet,
  lossFor,
  mlp,
  type Network,
  networkFor,
  recipeGraphs,
  toGraph,
  trainGraph,
} from "../../graphs/index.ts";
import { and, cast, greater, input } from "../../src/ir/builders/index.ts";
import { optimize } from "../../src/ir/passes/index.ts";
import { type Provider, providers } from "../../src/onnx/kernels.ts";
import { lower, type Target } from "../../src/onnx/lowering/index.ts";
import { missingKernels } from "../../src/onnx/missingKernels.ts";
import type { OnnxModel } from "../../src/onnx/model.ts";
import { ruleCases } from "../autodiff/ruleCases.ts";

const unroll = { steps: 2, epochs: 1, imagesPerStep: 2, batch: 4 };
const networks: Network[] = [
  lenet(),
  alexcifarnet(),
  alexnet({ classes: 20 }),
  mlp(),
  lenet({ classes: 1 }),
];

const modelsOf = (network: Network, target: Target): OnnxModel[] => {
  const computed = networkFor(target, network);
  const loss = lossFor(network.classes);
  return [...recipeGraphs(computed, loss, unroll), trainGraph(computed, loss, unroll)].map(
    (graph) => lower(optimize(toGraph(graph)), target),
  );
};

/** Providers by the lowering that runs there. */
const targets: readonly (readonly [Target, readonly Provider[]])[] = [
  ["portable", providers],
  ["cpu", ["cpu", "wasm"]],
];

test.each(networks)(
  "every node of the graphs of $name ($classes logits) has a kernel",
  (network) => {
    for (const [target, where] of targets) {
      for (const model of modelsOf(network, target)) {
        expect(model.nodes.length).toBeGreaterThan(0);
        for (const provider of where)
          expect(missingKernels(model, provider), `${target} ${model.name}`).toEqual([]);
      }
    }
  },
);

test.each(Object.entries(ruleCases))("%s is lowered to operators with kernels", (_, points) => {
  for (const { fn, shapes } of fc.sample(points, { numRuns: 20, seed: 2 })) {
    const inputs = shapes.map((shape, i) => input(`x${i}`, shape));
    const outputs = [{ name: "y", value: fn(...inputs) }];
    for (const [target, where] of targets) {
      const model = lower({ name: "test", inputs, outputs }, target);
      for (const provider of where) expect(missingKernels(model, provider)).toEqual([]);
    }
  }
});

test("the check finds what a provider lacks, and names the node", () => {
  const found = modelsOf(alexcifarnet(), "cpu").flatMap((model) => missingKernels(model, "webgpu"));
  expect(found.some((text) => text.endsWith("MaxPool with indices fails on webgpu"))).toBe(true);
});

test("the check knows types, forms and domains", () => {
  const node = { name: "n", domain: "", inputs: ["x"], outputs: ["y"], attributes: {} };
  const problems = (changes: object, dtype: "float32" | "bool" | "int64", provider: Provider) =>
    missingKernels(
      {
        nodes: [{ ...node, ...changes } as never],
        inputs: [{ name: "x", dtype }],
        initializers: [],
      },
      provider,
    );
  expect(problems({ opType: "Concat" }, "bool", "webgpu")).toEqual([
    "y: no kernel for Concat of bool on webgpu",
  ]);
  expect(problems({ opType: "Concat" }, "bool", "cuda")).toEqual([]);
  expect(problems({ opType: "LRN" }, "float32", "cpu")).toEqual([
    "y: no kernel for LRN of float32 on cpu",
  ]);
  expect(problems({ opType: "Conv", domain: "com.microsoft.nchwc" }, "float32", "cpu")).not.toEqual(
    [],
  );
  expect(problems({ opType: "Max", inputs: ["x"] }, "float32", "webgpu")).not.toEqual([]);
  const transposed = (pads: number[]) =>
    problems({ opType: "ConvTranspose", attributes: { pads } }, "float32", "cuda");
  expect(transposed([1, 2, 1, 2])).toEqual([]);
  expect(transposed([1, 2, 0, 2])).not.toEqual([]);
});

test("a conjunction that broadcasts is a product of numbers, which WebGPU computes right", () => {
  const kinds = (a: readonly number[], b: readonly number[]) => {
    const [x, y] = [input("x", a), input("y", b)];
    const value = cast(and(greater(x, 0), greater(y, 0)), "float32");
    const { nodes } = lower({ name: "and", inputs: [x, y], outputs: [{ name: "z", value }] });
    return nodes.map(({ opType }) => opType);
  };
  expect(kinds([2, 4], [2, 4])).toContain("And");
  expect(kinds([1, 4], [2, 4])).not.toContain("And");
});
