import { expect, test } from "vitest";
import { initializedBy } from "../../graphs/initialization.ts";
import { importedNetwork } from "../../src/distill/importedNetwork.ts";
import { initialParameters, startingDistribution } from "../../src/distill/initialization.ts";
import { importModel } from "../../src/onnx/import/importModel.ts";
import { weightFans } from "../../src/random/initializers.ts";
import { floats, integers, type ModelSpec, modelOf } from "../onnx/import/modelOf.ts";
import { stripesProblem } from "./stripesProblem.ts";

const networkOf = (spec: ModelSpec) =>
  importedNetwork("model", importModel(modelOf(spec)), 1).network;

/** Fans of the only weight of a model that applies `nodes` to images [n,6,4,4] and gives [n,K]. */
function fansOf(
  nodes: ModelSpec["nodes"],
  shape: readonly number[],
  more: ModelSpec["tensors"] = [],
) {
  const { parameters } = networkOf({
    input: [1, 6, 4, 4],
    nodes,
    tensors: [floats("w", shape), integers("flat", [0, -1]), ...more],
  });
  expect(parameters).toMatchObject([{ name: "w", shape }]);
  return weightFans(parameters[0]!.init, shape);
}

const flatten: ModelSpec["nodes"][number] = { op: "Flatten", inputs: ["x"], outputs: ["f"] };
const end: ModelSpec["nodes"][number] = { op: "Reshape", inputs: ["z", "flat"] };

test.each([
  ["MatMul's right factor [in, out]", [{ op: "MatMul", inputs: ["f", "w"] }], [96, 5]],
  ["Gemm's [in, out]", [{ op: "Gemm", inputs: ["f", "w"] }], [96, 5]],
  [
    "Gemm's [out, in] with transB",
    [{ op: "Gemm", inputs: ["f", "w"], attributes: { transB: 1 } }],
    [5, 96],
  ],
  [
    "MatMul's [out, in] that is transposed before",
    [
      { op: "Transpose", inputs: ["w"], outputs: ["t"], attributes: { perm: [1, 0] } },
      { op: "MatMul", inputs: ["f", "t"] },
    ],
    [5, 96],
  ],
  [
    "MatMul's left factor [out, in]",
    [
      { op: "Transpose", inputs: ["f"], outputs: ["t"], attributes: { perm: [1, 0] } },
      { op: "MatMul", inputs: ["w", "t"], outputs: ["u"] },
      { op: "Transpose", inputs: ["u"], attributes: { perm: [1, 0] } },
    ],
    [5, 96],
  ],
  [
    "a weight [channels, height, width, out] that is reshaped to a matrix",
    [
      { op: "Reshape", inputs: ["w", "matrix"], outputs: ["m"] },
      { op: "MatMul", inputs: ["f", "m"] },
    ],
    [6, 4, 4, 5],
  ],
] as [string, ModelSpec["nodes"], number[]][])(
  "%s has as many connections in and out as the layer has units",
  (_, nodes, shape) => {
    expect(fansOf([flatten, ...nodes], shape, [integers("matrix", [96, 5])])).toEqual({
      fanIn: 96,
      fanOut: 5,
    });
  },
);

test.each([
  ["a convolution", "Conv", { group: 1 }, [8, 6, 3, 3], { fanIn: 6 * 9, fanOut: 8 * 9 }],
  ["a grouped convolution", "Conv", { group: 3 }, [12, 2, 3, 3], { fanIn: 2 * 9, fanOut: 4 * 9 }],
  ["a depthwise convolution", "Conv", { group: 6 }, [6, 1, 3, 3], { fanIn: 9, fanOut: 9 }],
  [
    "a transposed convolution",
    "ConvTranspose",
    { group: 1 },
    [6, 8, 3, 3],
    { fanIn: 6 * 9, fanOut: 8 * 9 },
  ],
  [
    "a grouped transposed convolution",
    "ConvTranspose",
    { group: 3 },
    [6, 4, 3, 3],
    { fanIn: 2 * 9, fanOut: 4 * 9 },
  ],
] as const)("a unit of %s meets the channels of its group", (_, op, attributes, shape, fans) => {
  expect(fansOf([{ op, inputs: ["x", "w"], outputs: ["z"], attributes }, end], shape)).toEqual(
    fans,
  );
});

/** A network whose only weight is [in, out] = [1024, 16]. */
const wide = networkOf({
  input: [1, 1, 32, 32],
  nodes: [flatten, { op: "MatMul", inputs: ["f", "w"] }],
  tensors: [floats("w", [1024, 16])],
});

test("an initializer says the fans of a weight only where the shape does not", () => {
  expect(wide.parameters[0]!.init).toEqual({ kind: "xavier_normal", fanIn: 1024, fanOut: 16 });
  const turned = networkOf({
    input: [1, 1, 2, 2],
    nodes: [flatten, { op: "Gemm", inputs: ["f", "w"], attributes: { transB: 1 } }],
    tensors: [floats("w", [3, 4])],
  });
  expect(turned.parameters[0]!.init).toEqual({ kind: "xavier_normal" });
});

test("a recipe's initializer draws a weight [in, out] by its true fan in", () => {
  const problem = {
    ...stripesProblem({ initialization: "random", initializer: { kind: "kaiming_normal" } }),
    network: wide,
  };
  const weights = initialParameters(problem, "evaluation", 0).get("w")!;
  const std = Math.sqrt(weights.reduce((sum, one) => sum + one ** 2, 0) / weights.length);
  expect(std / Math.sqrt(2 / 1024)).toBeCloseTo(1, 1);
});

test("other initializers keep a weight's fans, but for those that they state or do not need", () => {
  const { init } = wide.parameters[0]!;
  const by = (initializer: Parameters<typeof startingDistribution>[0]["initializer"]) =>
    startingDistribution({ ...stripesProblem().recipe, initializer }, init);
  expect(by({ kind: "pytorch", fanIn: 7 })).toEqual({ kind: "pytorch", fanIn: 7, fanOut: 16 });
  expect(by({ kind: "orthogonal" })).toEqual({ kind: "orthogonal" });
  expect(initializedBy(wide, "kaiming_uniform").parameters[0]!.init).toEqual({
    kind: "kaiming_uniform",
    fanIn: 1024,
    fanOut: 16,
  });
});
