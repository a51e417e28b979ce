import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gradient } from "../../../src/autodiff/gradient.ts";
import { jvp } from "../../../src/autodiff/jvp.ts";
import { batchLast } from "../../../src/ir/batchLast/index.ts";
import * as build from "../../../src/ir/builders/index.ts";
import { relativeError } from "../../../src/ir/float32.ts";
import { topologicalOrder } from "../../../src/ir/graph.ts";
import { evaluate } from "../../../src/ir/interpreter/index.ts";
import { sizeOf, type Value } from "../../../src/ir/value.ts";
import { random } from "../../../src/random/generator.ts";

/** A small network: convolutions with what may follow them, then fully connected. */
interface Stage {
  readonly filters: number;
  readonly kernel: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
  readonly bias: boolean;
  readonly activation: "relu" | "abs" | "none";
  readonly pool: number;
  readonly overlapping: boolean;
}

const extent = (max: number) => fc.integer({ min: 1, max });

const stage: fc.Arbitrary<Stage> = fc.record({
  filters: extent(3),
  kernel: fc.tuple(extent(3), extent(3)),
  pads: fc.tuple(fc.nat(1), fc.nat(1), fc.nat(1), fc.nat(1)),
  bias: fc.boolean(),
  activation: fc.constantFrom("relu", "abs", "none"),
  pool: extent(3),
  overlapping: fc.boolean(),
});

const architecture = fc.record({
  n: extent(3),
  channels: extent(2),
  size: fc.tuple(fc.integer({ min: 4, max: 9 }), fc.integer({ min: 4, max: 9 })),
  stages: fc.array(stage, { minLength: 1, maxLength: 2 }),
  seed: fc.nat(2 ** 20),
});

type Architecture = typeof architecture extends fc.Arbitrary<infer T> ? T : never;

interface Built {
  readonly images: Value<"input">;
  readonly parameters: readonly Value<"input">[];
  readonly output: Value;
}

const activations = { relu: build.relu, abs: build.abs, none: (x: Value) => x };

function networkOf({ n, channels, size, stages }: Architecture): Built {
  const parameters: Value<"input">[] = [];
  const parameter = (shape: number[]) => {
    const made = build.input(`p${parameters.length}`, shape);
    parameters.push(made);
    return made;
  };
  const images = build.input("images", [n, channels, ...size]);
  let x: Value = images;
  for (const { filters, kernel, pads, bias, activation, pool, overlapping } of stages) {
    const fits = [0, 1].every((i) => x.shape[2 + i] + pads[i] + pads[i + 2] >= kernel[i]);
    if (!fits) break;
    const weight = parameter([filters, x.shape[1], ...kernel]);
    x = build.conv2d(x, weight, bias ? parameter([filters]) : undefined, { pads: [...pads] });
    x = activations[activation](x);
    if (x.shape[2] >= pool && x.shape[3] >= pool) {
      const stride = overlapping ? 1 : pool;
      x = build.maxPool2d(x, [pool, pool], { strides: [stride, stride] });
    }
  }
  const flat = build.flatten(x);
  const output = build.linear(flat, parameter([2, flat.shape[1]]), parameter([2]));
  return { images, parameters, output };
}

/** Small integers, so that sums are exact and ties are frequent. */
function integerFeeds({ images, parameters }: Built, seed: number): Map<string, Float64Array> {
  return new Map(
    [images, ...parameters].map(({ attrs: { name }, shape }) => {
      const stream = random(seed, name);
      const round = () => Math.max(-1, Math.min(1, Math.round(stream.normal())));
      return [name, Float64Array.from({ length: sizeOf(shape) }, round)];
    }),
  );
}

const rewritten = ({ images, parameters, output }: Built): Value =>
  batchLast(output, images, parameters);

/** The sum of squares has derivatives of both orders. */
const scalarOf = (y: Value): Value => build.reduceSum(build.mul(y, y));

const window = {
  kernel: [2, 2],
  strides: [1, 1],
  pads: [0, 0, 0, 0],
  dilations: [1, 1],
  group: 1,
} as const;

describe("a network rewritten batch-last", () => {
  test("computes the same", () => {
    fc.assert(
      fc.property(architecture, (chosen) => {
        const built = networkOf(chosen);
        const [before, after] = evaluate(
          [built.output, rewritten(built)],
          integerFeeds(built, chosen.seed),
        );
        expect([...after]).toEqual([...before]);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  test("has the same gradients, and the same derivatives of these, also where windows have ties", () => {
    fc.assert(
      fc.property(architecture, (chosen) => {
        const built = networkOf(chosen);
        const leaves = [built.images, ...built.parameters];
        const derivatives = (output: Value) => {
          const first = gradient(scalarOf(output), leaves);
          const along = leaves.map((leaf) => build.add(leaf, 1));
          return [...first, ...jvp(first, leaves, along)];
        };
        const expected = derivatives(built.output);
        const results = evaluate(
          [...expected, ...derivatives(rewritten(built))],
          integerFeeds(built, chosen.seed),
        );
        expected.forEach((_, i) => {
          expect(relativeError(results[expected.length + i], results[i])).toBeLessThan(1e-12);
        });
      }),
      { numRuns: 60, seed: 2 },
    );
  });

  test("has no convolution left where strides are 1", () => {
    const built = networkOf({
      n: 2,
      channels: 1,
      size: [8, 8],
      stages: [
        {
          filters: 2,
          kernel: [3, 3],
          pads: [1, 1, 1, 1],
          bias: true,
          activation: "relu",
          pool: 2,
          overlapping: false,
        },
      ],
      seed: 1,
    });
    const ops = topologicalOrder([rewritten(built)]).map(({ op }) => op);
    expect(ops).not.toContain("conv");
    expect(ops).not.toContain("poolGather");
    expect(ops).toContain("matmul");
  });

  /** What stands between a convolution and the logits in networks that are not a plain chain. */
  const images = build.input("images", [3, 2, 6, 6]);
  const weight = build.input("weight", [2, 2, 3, 3]);
  const bias = build.input("bias", [2]);
  const same = build.conv2d(images, weight, bias, { pads: [1, 1, 1, 1] });
  const channelBias = build.reshape(bias, [1, 2, 1, 1]);
  const pool = (x: Value) => build.maxPool2d(x, [2, 2], { strides: [2, 2] });
  const perImage = (x: Value) => build.reduceSum(build.flatten(x), [1]);
  test.each<[string, Value]>([
    ["a bias added from the left", build.add(channelBias, build.relu(same))],
    ["a bias after the activation, then pooled", pool(build.add(build.relu(same), channelBias))],
    ["a residual connection", build.relu(build.add(same, images))],
    [
      "a convolution that is pooled and used elsewhere",
      build.add(
        pool(same),
        build.slice(same, [
          { axis: 2, end: 3 },
          { axis: 3, end: 3 },
        ]),
      ),
    ],
    ["images used twice", build.conv2d(build.add(images, build.relu(images)), weight)],
    ["a weight that is computed first", build.conv2d(images, build.neg(weight), bias)],
    ["one number per image", build.sqrt(build.mul(perImage(same), perImage(same)))],
    [
      "one number per image against channels",
      build.mul(build.reshape(perImage(same), [3, 1]), bias),
    ],
    ["a scalar bias", build.add(same, build.slice(bias, [{ axis: 0, end: 1 }]))],
    [
      "a bias that makes an axis longer",
      build.add(build.reduceSum(build.flatten(same), [1], true), bias),
    ],
    ["three axes", build.tanh(build.reshape(same, [3, 2, 36]))],
    [
      "a pooling by the index of another window",
      build.poolGather(
        same,
        build.maxPoolIndex(same, {
          ...window,
          strides: [2, 2],
          pads: [1, 1, 0, 0],
          dilations: [2, 2],
        }),
        { ...window, strides: [2, 2] },
      ),
    ],
  ])("computes the same with %s", (_, output) => {
    const feeds = integerFeeds({ images, parameters: [weight, bias], output }, 5);
    const after = batchLast(output, images, [weight, bias]);
    expect(after.shape).toEqual(output.shape);
    const [expected, actual] = evaluate([output, after], feeds);
    expect(relativeError(actual, expected)).toBeLessThan(1e-12);
  });

  test("leaves alone what does not depend on the images", () => {
    const output = build.relu(weight);
    expect(batchLast(output, images, [weight])).toBe(output);
  });

  test("keeps operators without a batch-last form", () => {
    const images = build.input("images", [2, 2, 7, 7]);
    const weight = build.input("weight", [2, 1, 3, 3]);
    const grouped = build.conv2d(images, weight, undefined, { group: 2, strides: [2, 2] });
    const output = build.flatten(build.softmax(build.relu(grouped), 1));
    const feeds = integerFeeds({ images, parameters: [weight], output }, 3);
    const after = batchLast(output, images, [weight]);
    const [expected, actual] = evaluate([output, after], feeds);
    expect([...actual]).toEqual([...expected]);
    expect(topologicalOrder([after]).map(({ op }) => op)).toContain("conv");
  });

  test("does not look behind its leaves", () => {
    const seed = build.input("seed", [1, 1, 2, 2]);
    const weight = build.tanh(seed);
    const images = build.input("images", [1, 1, 4, 4]);
    const output = build.flatten(build.conv(images, weight, window));
    const after = batchLast(output, images, [weight]);
    expect(topologicalOrder([after], new Set([weight]))).not.toContain(seed);
    expect(topologicalOrder([after])).toContain(weight);
  });
});
