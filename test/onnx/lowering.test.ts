import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as build from "../../src/ir/builders/index.ts";
import { relativeError, roundToFloat32 } from "../../src/ir/float32.ts";
import { evaluate } from "../../src/ir/interpreter/index.ts";
import type { Value } from "../../src/ir/value.ts";
import { Emitter } from "../../src/onnx/lowering/emitter.ts";
import {
  emitByConvolution,
  emitByTaps,
  isFasterByTaps,
} from "../../src/onnx/lowering/weightGrad.ts";
import { IR_VERSION, OPSET } from "../../src/onnx/model.ts";
import { encodeModel } from "../../src/onnx/protobuf/encodeModel.ts";
import { anywhere, type Point } from "../autodiff/points.ts";
import { convCase } from "../ir/arbitraries.ts";
import { loweringCases } from "./loweringCases.ts";
import { loweringError, runModel } from "./session.ts";

const powers = [-4, -2.75, -1.25, -1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 5];

describe.each(["portable", "cpu"] as const)("lowered for %s", (target) => {
  const check = async ({ fn, shapes, inputs: data }: Point): Promise<number> => {
    const inputs = shapes.map((shape, i) => build.input(`x${i}`, shape));
    const feeds = new Map(data.map((numbers, i) => [`x${i}`, roundToFloat32(numbers)]));
    return loweringError([fn(...inputs)], inputs, feeds, target);
  };

  test.each(Object.entries(loweringCases))(
    "%s computes what the interpreter does",
    async (_, points) => {
      await fc.assert(
        fc.asyncProperty(points, async (point) => {
          expect(await check(point)).toBeLessThanOrEqual(1e-5);
        }),
        { numRuns: 20, seed: 1 },
      );
    },
  );

  test.each(powers)("x ^ %d computes what the interpreter does", async (exponent) => {
    const inputs = [Float64Array.of(0.3, 1, 2, 1.7)];
    const fn = (x: Value) => build.pow(x, exponent);
    expect(await check({ fn, shapes: [[2, 2]], inputs })).toBeLessThanOrEqual(1e-5);
  });
});

describe("the gradient of convolution weights", () => {
  test.each([
    ["by a convolution", emitByConvolution],
    ["by a product per kernel position", emitByTaps],
  ])("%s computes what the interpreter does", async (_, form) => {
    await fc.assert(
      fc.asyncProperty(
        convCase.filter(({ window }) => window.group === 1),
        fc.nat(2 ** 20),
        async ({ window, x, y }, seed) => {
          const [images, cotangent] = [build.input("x", x), build.input("dy", y)];
          const value = build.convWeightGrad(images, cotangent, window);
          const emit = new Emitter();
          emit.rename(form(emit, value as Value<"convWeightGrad">, "x", "dy", "cpu"), "dw");
          const inputs = [images, cotangent].map(({ attrs, shape }) => ({
            name: attrs.name,
            dtype: "float32" as const,
            shape,
          }));
          const outputs = [{ name: "dw", dtype: "float32" as const, shape: value.shape }];
          const { nodes, initializers } = emit;
          const bytes = encodeModel({
            name: "test",
            opset: OPSET,
            irVersion: IR_VERSION,
            nodes,
            initializers,
            inputs,
            outputs,
          });
          const feeds = new Map(
            [x, y].map((shape, i) => [
              inputs[i].name,
              roundToFloat32(anywhere([shape], seed + i)[0]),
            ]),
          );
          const actual = await runModel(bytes, inputs, feeds);
          const [expected] = evaluate([value], feeds);
          expect(relativeError(actual.get("dw")!, expected)).toBeLessThanOrEqual(1e-5);
        },
      ),
      { numRuns: 60, seed: 4 },
    );
  });

  test("is taken position by position where both sides are wide and the kernel small", () => {
    const gradientOf = (m: number, c: number, kernel: number) =>
      build.convWeightGrad(
        build.input("x", [1, c, kernel, kernel]),
        build.input("dy", [1, m, 1, 1]),
        {
          kernel: [kernel, kernel],
          strides: [1, 1],
          pads: [0, 0, 0, 0],
          dilations: [1, 1],
          group: 1,
        },
      ) as Value<"convWeightGrad">;
    expect(isFasterByTaps(gradientOf(64, 64, 5))).toBe(true);
    expect(isFasterByTaps(gradientOf(64, 3, 5))).toBe(false);
    expect(isFasterByTaps(gradientOf(64, 64, 11))).toBe(false);
  });
});
