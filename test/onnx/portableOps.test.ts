import fc from "fast-check";
import { expect, test } from "vitest";
import {
  alexcifarnet,
  alexnet,
  lenet,
  lossFor,
  mlp,
  type Network,
  recipeGraphs,
  toGraph,
} from "../../graphs/index.ts";
import { input } from "../../src/ir/builders/index.ts";
import { optimize } from "../../src/ir/passes/index.ts";
import { lower } from "../../src/onnx/lowering/index.ts";
import type { OnnxModel } from "../../src/onnx/model.ts";
import { portableOps } from "../../src/onnx/portableOps.ts";
import { ruleCases } from "../autodiff/ruleCases.ts";

const BOOL = 9;
const takesBool = new Set(["And", "Not", "Where", "Cast", "Identity"]);

/** What in a model some execution provider could not run. */
function problems({ nodes, initializers, inputs }: OnnxModel): string[] {
  const bools = new Set<string>();
  const found: string[] = [];
  for (const { opType, inputs: operands, outputs, attributes } of nodes) {
    const complain = (what: string) => found.push(`${outputs[0]}: ${what}`);
    if (!(opType in portableOps)) complain(`${opType} is not portable`);
    if (outputs.length !== 1) complain(`${opType} with ${outputs.length} outputs`);
    if (opType === "ConvTranspose" && (attributes.group ?? 1) !== 1)
      complain("grouped ConvTranspose");
    if ((opType === "Max" || opType === "Min") && operands.length !== 2)
      complain(`variadic ${opType}`);
    if (operands.some((name) => bools.has(name)) && !takesBool.has(opType))
      complain(`bool ${opType}`);
    const isBool =
      ["Greater", "Less", "Equal", "And", "Not"].includes(opType) ||
      (opType === "Cast" && attributes.to === BOOL) ||
      (opType === "Identity" && bools.has(operands[0]));
    if (isBool) bools.add(outputs[0]);
  }
  const wrongTypes = [...initializers, ...inputs].filter(({ dtype }) => dtype === "bool");
  return [...found, ...wrongTypes.map(({ name }) => `${name} is a bool tensor`)];
}

const unroll = { steps: 2, epochs: 1, imagesPerStep: 2, batch: 4 };
const networks: Network[] = [
  lenet(),
  alexcifarnet(),
  alexnet({ classes: 20 }),
  mlp(),
  lenet({ classes: 1 }),
];

test.each(networks)(
  "the graphs of $name ($classes logits) stay inside the portable core",
  (network) => {
    for (const graph of recipeGraphs(network, lossFor(network.classes), unroll)) {
      const model = lower(optimize(toGraph(graph)), "portable");
      expect(model.nodes.length).toBeGreaterThan(0);
      expect(problems(model), graph.name).toEqual([]);
    }
  },
);

test.each(Object.entries(ruleCases))("%s is lowered into the portable core", (_, points) => {
  for (const { fn, shapes } of fc.sample(points, { numRuns: 20, seed: 2 })) {
    const inputs = shapes.map((shape, i) => input(`x${i}`, shape));
    const outputs = [{ name: "y", value: fn(...inputs) }];
    expect(problems(lower({ name: "test", inputs, outputs }, "portable"))).toEqual([]);
  }
});

test("the check finds what is not portable", () => {
  const network = lenet();
  const graphs = recipeGraphs(network, "softmax_cross_entropy", unroll);
  const forCpu = graphs.flatMap((graph) => problems(lower(optimize(toGraph(graph)), "cpu")));
  expect(forCpu.some((problem) => problem.includes("ScatterElements is not portable"))).toBe(true);
  expect(forCpu.some((problem) => problem.includes("MaxPool with 2 outputs"))).toBe(true);
});
