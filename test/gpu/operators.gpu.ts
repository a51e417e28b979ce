/** `npm run test:gpu`: every operator's lowering on this machine's GPUs, over random shapes, against float64. */
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { conv, convDataGrad, convWeightGrad, input } from "../../src/ir/builders/index.ts";
import { relativeError, roundToFloat32 } from "../../src/ir/float32.ts";
import { evaluate } from "../../src/ir/interpreter/index.ts";
import { windowOutput } from "../../src/ir/shapes.ts";
import type { Value } from "../../src/ir/value.ts";
import { compile } from "../../src/onnx/compile.ts";
import { type Executor, inlineExecutor } from "../../src/runtime/executor.ts";
import { anywhere, type Point } from "../autodiff/points.ts";
import { loweringCases } from "../onnx/loweringCases.ts";
import { gpus } from "./gpus.ts";

const TOLERANCE = 1e-4;

/** Channels and batches past the widths in which GPUs read: 2, 3 and 4 at a time. */
const wide = fc
  .record({
    n: fc.integer({ min: 1, max: 9 }),
    perGroup: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })),
    group: fc.constantFrom(1, 1, 2, 3),
    kernel: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 2 }),
    pad: fc.integer({ min: 0, max: 1 }),
    size: fc.integer({ min: 3, max: 7 }),
  })
  .filter(({ kernel, pad }) => pad < kernel)
  .map(({ n, perGroup: [c, m], group, kernel, stride, pad, size }) => {
    const window = {
      kernel: [kernel, kernel],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
      dilations: [1, 1],
      group,
    } as const;
    const x = [n, c * group, size, size];
    const y = [n, m * group, ...windowOutput([size, size], window)];
    return { window, inputSize: [size, size] as const, x, w: [m * group, c, kernel, kernel], y };
  });

// A file needs a test, also where there is no GPU.
if (gpus.length === 0) test.skip("needs a GPU", () => {});

describe.each(gpus)("$device", ({ device }) => {
  const executor = inlineExecutor({ device, threads: 1 });
  afterAll(() => executor.close());

  test.each(Object.entries(loweringCases))(
    "%s is what float64 says",
    { timeout: 600_000 },
    async (_, points) => {
      await fc.assert(
        fc.asyncProperty(points, async ({ fn, shapes, inputs }: Point) => {
          const leaves = shapes.map((shape, i) => input(`x${i}`, shape));
          expect(await errorOf(executor, fn(...leaves), leaves, inputs)).toBeLessThanOrEqual(
            TOLERANCE,
          );
        }),
        { numRuns: 40, seed: 5 },
      );
    },
  );

  test("convolutions of many channels and their gradients are what float64 says", {
    timeout: 600_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(wide, fc.nat(2 ** 20), async ({ window, inputSize, ...shapes }, seed) => {
        const [x, w, dy] = [input("x", shapes.x), input("w", shapes.w), input("dy", shapes.y)];
        const family = [
          [conv(x, w, window), [x, w]],
          [convDataGrad(dy, w, { ...window, inputSize }), [dy, w]],
          [convWeightGrad(x, dy, window), [x, dy]],
        ] as const;
        for (const [value, leaves] of family) {
          const numbers = anywhere(
            leaves.map(({ shape }) => shape),
            seed,
          );
          expect(await errorOf(executor, value, leaves, numbers), value.op).toBeLessThanOrEqual(
            TOLERANCE,
          );
        }
      }),
      { numRuns: 100, seed: 5 },
    );
  });
});

async function errorOf(
  executor: Executor,
  value: Value,
  leaves: readonly Value<"input">[],
  numbers: readonly Float64Array[],
): Promise<number> {
  const program = compile(
    { name: value.op, inputs: leaves, outputs: [{ name: "y", value }] },
    executor.target,
  );
  const feeds = new Map(
    leaves.map(({ attrs }, i) => [attrs.name, Float32Array.from(numbers[i]!)] as const),
  );
  const [result] = await executor.run(program, [feeds]);
  const [expected] = evaluate(
    [value],
    new Map(leaves.map(({ attrs }, i) => [attrs.name, roundToFloat32(numbers[i]!)])),
  );
  return relativeError(result!.get("y")!, expected!);
}
