import { describe, expect, test } from "vitest";
import { random } from "../../src/random/generator.ts";
import { fans, type Initializer, initialize } from "../../src/random/initializers.ts";

const CONV = [64, 32, 3, 3];
const FAN_IN = 32 * 9;
const FAN_OUT = 64 * 9;

function draw(initializer: Initializer, shape: readonly number[]): Float32Array {
  return initialize(initializer, shape, random(1, "initializers"));
}

function spread(values: Float32Array): { mean: number; std: number; largest: number } {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
  const largest = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return { mean, std: Math.sqrt(variance), largest };
}

test("fans count channels times the kernel, as PyTorch does", () => {
  expect(fans([10, 20])).toEqual({ fanIn: 20, fanOut: 10 });
  expect(fans([6, 1, 5, 5])).toEqual({ fanIn: 25, fanOut: 150 });
});

describe("the standard deviation of", () => {
  const xavier = Math.sqrt(2 / (FAN_IN + FAN_OUT));
  const cases: [string, Initializer, number][] = [
    ["xavier_normal", { kind: "xavier_normal" }, xavier],
    ["xavier_normal with a gain", { kind: "xavier_normal", gain: 3 }, 3 * xavier],
    ["xavier_uniform", { kind: "xavier_uniform" }, xavier],
    ["kaiming_normal", { kind: "kaiming_normal" }, Math.sqrt(2 / FAN_IN)],
    [
      "kaiming_normal by fan_out",
      { kind: "kaiming_normal", mode: "fan_out" },
      Math.sqrt(2 / FAN_OUT),
    ],
    ["kaiming_uniform", { kind: "kaiming_uniform" }, Math.sqrt(2 / FAN_IN)],
    ["kaiming_uniform with a gain", { kind: "kaiming_uniform", gain: 1 }, Math.sqrt(1 / FAN_IN)],
    ["kaiming_normal of stated fans", { kind: "kaiming_normal", fanIn: 8 }, Math.sqrt(2 / 8)],
    [
      "kaiming_normal by a stated fan_out",
      { kind: "kaiming_normal", mode: "fan_out", fanOut: 8 },
      Math.sqrt(2 / 8),
    ],
    [
      "xavier_uniform of stated fans",
      { kind: "xavier_uniform", fanIn: 30, fanOut: 20 },
      Math.sqrt(2 / 50),
    ],
    ["orthogonal", { kind: "orthogonal" }, Math.sqrt(1 / FAN_IN)],
    ["pytorch", { kind: "pytorch" }, Math.sqrt(1 / (3 * FAN_IN))],
    ["normal", { kind: "normal", std: 0.02 }, 0.02],
    ["uniform", { kind: "uniform", lo: -1, hi: 1 }, Math.sqrt(1 / 3)],
  ];
  test.each(cases)("%s is the formula's and its mean is zero", (_, initializer, expected) => {
    const { mean, std } = spread(draw(initializer, CONV));
    expect(Math.abs(std / expected - 1)).toBeLessThan(0.02);
    expect(Math.abs(mean) / expected).toBeLessThan(0.03);
  });
});

test("uniform initializers stay within their bound and nearly reach it", () => {
  const cases: [Initializer, number][] = [
    [{ kind: "xavier_uniform" }, Math.sqrt(6 / (FAN_IN + FAN_OUT))],
    [{ kind: "kaiming_uniform", mode: "fan_out" }, Math.sqrt(6 / FAN_OUT)],
    [{ kind: "pytorch" }, 1 / Math.sqrt(FAN_IN)],
  ];
  for (const [initializer, bound] of cases) {
    const { largest } = spread(draw(initializer, CONV));
    expect(largest).toBeLessThanOrEqual(Math.fround(bound));
    expect(largest).toBeGreaterThan(0.999 * bound);
  }
});

test("a bias in PyTorch's default is bounded by the fan in of its weight", () => {
  const { largest } = spread(draw({ kind: "pytorch", fanIn: 400 }, [10_000]));
  expect(largest).toBeLessThanOrEqual(Math.fround(0.05));
  expect(largest).toBeGreaterThan(0.0499);
});

test("zeros, ones and constant fill the shape", () => {
  expect([...draw({ kind: "zeros" }, [2, 1])]).toEqual([0, 0]);
  expect([...draw({ kind: "ones" }, [3])]).toEqual([1, 1, 1]);
  expect([...draw({ kind: "constant", value: -2.5 }, [])]).toEqual([-2.5]);
});

test("normal has the mean that it is given", () => {
  expect(spread(draw({ kind: "normal", mean: 4, std: 0.1 }, [4000])).mean).toBeCloseTo(4, 1);
});

test.each([[[20, 50]], [[50, 20]], [[30, 30]], [[8, 3, 5, 5]]])(
  "the rows or columns of an orthogonal %j are orthonormal times the gain",
  (shape) => {
    const gain = 2;
    const values = draw({ kind: "orthogonal", gain }, shape);
    const rows = shape[0]!;
    const columns = values.length / rows;
    const byRow = rows <= columns;
    const count = Math.min(rows, columns);
    const at = (vector: number, i: number) =>
      byRow ? values[vector * columns + i]! : values[i * columns + vector]!;
    for (let a = 0; a < count; a++) {
      for (let b = 0; b <= a; b++) {
        let product = 0;
        for (let i = 0; i < Math.max(rows, columns); i++) product += at(a, i) * at(b, i);
        expect(Math.abs(product - (a === b ? gain * gain : 0))).toBeLessThan(1e-5);
      }
    }
  },
);

test("orthogonal matrices favour no sign", () => {
  let sum = 0;
  let handedness = 0;
  for (let i = 0; i < 2000; i++) {
    const [a, , , d] = initialize({ kind: "orthogonal" }, [2, 2], random(i, "sign"));
    sum += a! / 2000;
    handedness += (a! * d!) / 2000;
  }
  expect(Math.abs(sum)).toBeLessThan(0.06);
  expect(Math.abs(handedness)).toBeLessThan(0.06);
});

test("the same stream gives the same parameters, and JSON keeps the initializer", () => {
  const initializer: Initializer = { kind: "kaiming_normal", mode: "fan_out" };
  const copy = JSON.parse(JSON.stringify(initializer)) as Initializer;
  expect(draw(initializer, [16, 8])).toEqual(draw(copy, [16, 8]));
  expect(initialize(initializer, [16, 8], random(2, "initializers"))).not.toEqual(
    draw(initializer, [16, 8]),
  );
});

test("initializers that need fans refuse a shape without them", () => {
  expect(() => draw({ kind: "xavier_normal" }, [10])).toThrow(
    "[out, in, ...kernel], got the shape [10]",
  );
  expect(() => draw({ kind: "kaiming_uniform" }, [])).toThrow("got the shape []");
  expect(() => draw({ kind: "orthogonal" }, [10])).toThrow("at least two dimensions, got [10]");
  expect(() => draw({ kind: "pytorch" }, [10])).toThrow("needs fanIn");
});

test("an unknown initializer names the kinds that exist", () => {
  const typo = { kind: "xavier" } as unknown as Initializer;
  expect(() => draw(typo, [2, 2])).toThrow('Unknown initializer {"kind":"xavier"}');
});
