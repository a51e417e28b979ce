/** Convolutions that ONNX Runtime 1.30 gets wrong on WebGPU, and the nodes that stand in for them there. */
import { expect, test } from "vitest";
import { conv, conv2d, convDataGrad, convWeightGrad, input } from "../../src/ir/builders/index.ts";
import { roundToFloat32 } from "../../src/ir/float32.ts";
import type { Value } from "../../src/ir/value.ts";
import { lower, type Target } from "../../src/onnx/lowering/index.ts";
import { anywhere } from "../autodiff/points.ts";
import { loweringError } from "./session.ts";

const window = { strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] } as const;

/** A convolution [N,C,7,7] * [O,C/group,3,3] with its bias, and both of its gradients. */
function family(n: number, c: number, o: number, group: number): readonly Value[] {
  const [x, w, dy, bias] = operands(n, c, o, group);
  const attrs = { ...window, kernel: [3, 3], group } as const;
  return [
    conv2d(x, w, bias, { ...window, group }),
    conv(x, w, attrs),
    convDataGrad(dy, w, { ...attrs, inputSize: [7, 7] }),
    convWeightGrad(x, dy, attrs),
  ];
}

const operands = (n: number, c: number, o: number, group: number) =>
  [
    input("x", [n, c, 7, 7]),
    input("w", [o, c / group, 3, 3]),
    input("dy", [n, o, 5, 5]),
    input("bias", [o]),
  ] as const;

const modelOf = (value: Value, inputs: readonly Value<"input">[], target: Target) =>
  lower({ name: "test", inputs, outputs: [{ name: "y", value }] }, target);

const kinds = (value: Value, inputs: readonly Value<"input">[], target: Target) =>
  modelOf(value, inputs, target)
    .nodes.map(({ opType }) => opType)
    .filter((opType) => opType !== "Identity");

/** N, C, O, groups: channels or images that are multiples of 3; groups that end between four outputs. */
const cases = [
  [2, 6, 16, 1],
  [6, 9, 8, 1],
  [9, 2, 4, 1],
  [2, 4, 12, 2],
  [2, 6, 18, 3],
  [3, 12, 12, 2],
] as const;

test.each(cases)(
  "a convolution of %d images from %d to %d channels in %d groups and its gradients are what the interpreter computes",
  async (...sizes) => {
    const inputs = operands(...sizes);
    const numbers = anywhere(
      inputs.map(({ shape }) => shape),
      7,
    );
    const feeds = new Map(inputs.map(({ attrs }, i) => [attrs.name, roundToFloat32(numbers[i]!)]));
    for (const target of ["portable", "cpu"] as const)
      expect(await loweringError(family(...sizes), inputs, feeds, target)).toBeLessThanOrEqual(
        1e-5,
      );
  },
);

test("channels are filled up to a multiple of four where WebGPU mixes them up", () => {
  const inputs = operands(2, 6, 16, 1);
  const [, value] = family(2, 6, 16, 1);
  expect(kinds(value!, inputs, "portable")).toEqual(["Pad", "Pad", "Conv"]);
  expect(kinds(value!, inputs, "cpu")).toEqual(["Conv"]);
  for (const [c, o] of [
    [3, 16],
    [6, 6],
    [8, 16],
    [12, 16],
    [5, 16],
  ] as const) {
    const [, plain] = family(2, c, o, 1);
    expect(kinds(plain!, operands(2, c, o, 1), "portable")).toEqual(["Conv"]);
  }
});

test("groups are convolved one by one where WebGPU mixes them up", () => {
  const convolutions = (c: number, o: number, group: number) => {
    const [, value] = family(2, c, o, group);
    const { nodes } = modelOf(value!, operands(2, c, o, group), "portable");
    return nodes
      .filter(({ opType }) => opType === "Conv")
      .map(({ attributes }) => attributes.group);
  };
  expect(convolutions(4, 12, 2)).toEqual([1, 1]);
  // Depthwise, few outputs in a group, and groups of whole fours are right as they are.
  expect(convolutions(8, 8, 8)).toEqual([8]);
  expect(convolutions(4, 6, 2)).toEqual([2]);
  expect(convolutions(4, 16, 2)).toEqual([2]);
  // An odd number of outputs is computed one by one there.
  expect(convolutions(3, 15, 3)).toEqual([3]);
});
