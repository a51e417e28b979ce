import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile, fastestTarget, ops } from "../../src/index.ts";
import { roundToFloat32 } from "../../src/ir/float32.ts";
import type { ConvWindow } from "../../src/ir/ops.ts";
import { windowOutput } from "../../src/ir/shapes.ts";
import type { Value } from "../../src/ir/value.ts";
import { canBeBlocked } from "../../src/onnx/lowering/blockedConvolution.ts";
import { lower } from "../../src/onnx/lowering/index.ts";
import { channelBlock } from "../../src/onnx/lowering/lowering.ts";
import { anywhere } from "../autodiff/points.ts";
import { loweringError } from "./session.ts";

const target = await fastestTarget("cpu");
const block = channelBlock(target);
if (!block) console.log("skipped: this machine's runtime has no blocked convolutions");

const pair = (min: number, max: number) =>
  fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }));

/** Channel counts that blocks divide, and a few that they do not. */
const wideConv = fc
  .record({
    n: fc.integer({ min: 1, max: 20 }),
    channels: fc.constantFrom(3, 16, 32),
    filters: fc.constantFrom(16, 32, 5),
    kernel: pair(1, 3),
    strides: fc.oneof(fc.constant<[number, number]>([1, 1]), pair(1, 2)),
    dilations: pair(1, 2),
    pads: fc.tuple(pair(0, 2), pair(0, 2)),
    size: pair(5, 8),
  })
  .map(({ n, channels, filters, kernel, strides, dilations, pads: [before, after], size }) => {
    const window: ConvWindow = {
      kernel,
      strides,
      dilations,
      pads: [...before, ...after],
      group: 1,
    };
    return {
      window,
      size,
      x: [n, channels, ...size],
      w: [filters, channels, ...kernel],
      y: [n, filters, ...windowOutput(size, window)],
    };
  });

type Case = typeof wideConv extends fc.Arbitrary<infer T> ? T : never;

const forms: [string, (c: Case) => { value: Value; inputs: Value[] }][] = [
  [
    "convolution",
    ({ x, w, window }) => {
      const inputs = [ops.input("x0", x), ops.input("x1", w)] as const;
      return { value: ops.conv(...inputs, window), inputs: [...inputs] };
    },
  ],
  [
    "its gradient with respect to the images",
    ({ y, w, window, size }) => {
      const inputs = [ops.input("x0", y), ops.input("x1", w)] as const;
      const value = ops.convDataGrad(...inputs, { ...window, inputSize: size });
      return { value, inputs: [...inputs] };
    },
  ],
  [
    "its gradient with respect to the weights",
    ({ x, y, window }) => {
      const inputs = [ops.input("x0", x), ops.input("x1", y)] as const;
      return { value: ops.convWeightGrad(...inputs, window), inputs: [...inputs] };
    },
  ],
];

describe.skipIf(!block)("blocked", () => {
  test.each(forms)("%s computes what the interpreter does", async (_, form) => {
    let blocked = 0;
    await fc.assert(
      fc.asyncProperty(wideConv, fc.nat(2 ** 20), async (shapes, seed) => {
        const { value, inputs } = form(shapes);
        if (canBeBlocked(value as Value<"conv">, block!)) blocked++;
        const feeds = new Map(
          inputs.map(({ shape }, i) => [`x${i}`, roundToFloat32(anywhere([shape], seed + i)[0])]),
        );
        const error = await loweringError([value], inputs as Value<"input">[], feeds, target);
        expect(error).toBeLessThanOrEqual(1e-5);
      }),
      { numRuns: 60, seed: 7 },
    );
    expect(blocked).toBeGreaterThan(5);
  });

  test("convolution takes the bias", async () => {
    const shapes = [[2, 16, 5, 5], [16, 16, 3, 3], [16]];
    const inputs = shapes.map((shape, i) => ops.input(`x${i}`, shape)) as Value<"input">[];
    const value = ops.conv2d(inputs[0], inputs[1], inputs[2], { pads: [1, 1, 1, 1] });
    const feeds = new Map(
      shapes.map((shape, i) => [`x${i}`, roundToFloat32(anywhere([shape], i)[0])]),
    );
    expect(await loweringError([value], inputs, feeds, target)).toBeLessThanOrEqual(1e-5);
    const operators = lower({ name: "", inputs, outputs: [{ name: "y", value }] }, target).nodes;
    expect(operators.map(({ opType }) => opType)).not.toContain("Add");
  });
});

test("only the blocked targets use operators outside ai.onnx", () => {
  const inputs = [ops.input("x", [1, 16, 5, 5]), ops.input("w", [16, 16, 3, 3])] as const;
  const value = ops.conv(...inputs, {
    kernel: [3, 3],
    strides: [1, 1],
    dilations: [1, 1],
    pads: [0, 0, 0, 0],
    group: 1,
  });
  const graph = { name: "", inputs: [...inputs], outputs: [{ name: "y", value }] };
  const domains = (form: Parameters<typeof lower>[1]) =>
    new Set(lower(graph, form).nodes.map(({ domain }) => domain));
  expect(domains("portable")).toEqual(new Set([""]));
  expect(domains("cpu")).toEqual(new Set([""]));
  expect(domains("cpu-nChw8c")).toContain("com.microsoft.nchwc");
  expect(domains("cpu-nChw16c")).toContain("com.microsoft.nchwc");
  expect(compile(graph, "cpu").bytes.length).toBeGreaterThan(0);
});

test("strides, groups and channels that blocks do not divide are left to plain operators", () => {
  const at = (x: number[], w: number[], window: Partial<ConvWindow> = {}) => {
    const whole = {
      kernel: [w[2], w[3]] as const,
      strides: [1, 1] as const,
      dilations: [1, 1] as const,
      pads: [0, 0, 0, 0] as const,
      group: 1,
      ...window,
    };
    const y = [x[0], w[0], ...windowOutput([x[2], x[3]], whole)];
    const [images, weight, dy] = [x, w, y].map((shape, i) => ops.input(`v${i}`, shape));
    return [
      ops.conv(images, weight, whole),
      ops.convDataGrad(dy, weight, { ...whole, inputSize: [x[2], x[3]] }),
      ops.convWeightGrad(images, dy, whole),
    ].map((value) => canBeBlocked(value as Value<"conv">, 16));
  };
  expect(at([2, 16, 8, 8], [32, 16, 3, 3])).toEqual([true, true, true]);
  expect(at([2, 3, 8, 8], [32, 3, 3, 3])).toEqual([true, false, true]);
  expect(at([2, 16, 8, 8], [5, 16, 3, 3])).toEqual([false, true, false]);
  expect(at([2, 24, 8, 8], [32, 24, 3, 3])).toEqual([false, false, true]);
  expect(at([2, 16, 8, 8], [32, 16, 3, 3], { strides: [2, 2] })).toEqual([true, false, true]);
  expect(at([2, 16, 8, 8], [32, 16, 1, 1])).toEqual([true, true, false]);
  expect(at([2, 32, 8, 8], [32, 16, 3, 3], { group: 2 })).toEqual([false, false, false]);
});
