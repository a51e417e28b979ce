/** The same meta-gradient on CPU, wasm and WebGPU, against the float64 interpreter. */
import { afterAll, describe, expect, test } from "vitest";
import { toGraph } from "../../graphs/index.ts";
import { relativeError } from "../../src/ir/float32.ts";
import { evaluate } from "../../src/ir/interpreter/index.ts";
import { optimize } from "../../src/ir/passes/index.ts";
import { inlineExecutor } from "../../src/runtime/executor.ts";
import { chromiumPath, pages } from "./pages.ts";
import {
  feedsOf,
  flipOf,
  flippingCase,
  graphOf,
  outputsOf,
  type ParityCase,
  parityCases,
  SEEDS,
} from "./parityCases.ts";

const chromium = chromiumPath();
const open = pages(chromium);
const cpu = inlineExecutor({ device: "cpu", threads: 1 });
afterAll(() => cpu.close());

type Outputs = Readonly<Record<string, ArrayLike<number>>>;

/** Tolerances are those of the project's design: medians over seeds of the relative L2 error. */
const devices = [
  { name: "CPU in Node", tolerance: 1e-5 },
  { name: "wasm, 1 thread", device: "wasm", threads: 1, tolerance: 1e-5 },
  { name: "wasm, 2 threads", device: "wasm", threads: 2, tolerance: 1e-5 },
  { name: "WebGPU", device: "webgpu", threads: 1, tolerance: 1e-3 },
] as const;

/** Outputs of every seed in float64. */
function expected(parityCase: ParityCase): Outputs[] {
  const graph = optimize(toGraph(graphOf(parityCase, "portable")));
  const values = graph.outputs.map(({ value }) => value);
  return SEEDS.map((seed) => {
    const results = evaluate(values, feedsOf(parityCase, seed));
    return Object.fromEntries(graph.outputs.map(({ name }, i) => [name, results[i]!]));
  });
}

const oracles = new Map(parityCases.map((one) => [one.name, expected(one)]));

type Where = (typeof devices)[number];

async function computed(parityCase: ParityCase, where: Where): Promise<Outputs[]> {
  if (!("device" in where))
    return (await outputsOf(parityCase, cpu)).map((result) => Object.fromEntries(result));
  const { device, threads } = where;
  const page = await open({ isolated: threads > 1 });
  const outputs = await page.evaluate(
    ([name, device, threads]) => globalThis.tests.parity(name, device, threads),
    [parityCase.name, device, threads] as const,
  );
  await page.close();
  return outputs;
}

/** The first unit of each seed that decides otherwise there than in float64. */
async function flipsOf(
  parityCase: ParityCase,
  where: Where,
  seeds: readonly number[],
): Promise<string[]> {
  if (!("device" in where)) {
    const flips: string[] = [];
    for (const seed of seeds) flips.push(await flipOf(parityCase, cpu, seed));
    return flips;
  }
  const { device, threads } = where;
  const page = await open({ isolated: threads > 1 });
  const flips = await page.evaluate(
    ([name, device, threads, seeds]) => globalThis.tests.flips(name, device, threads, seeds),
    [parityCase.name, device, threads, seeds] as const,
  );
  await page.close();
  return flips;
}

/** Relative errors of every seed, by output. */
function errorsOf(
  outputs: readonly Outputs[],
  references: readonly Outputs[],
): Map<string, number[]> {
  return new Map(
    Object.keys(references[0]!).map((name) => [
      name,
      outputs.map((output, s) => relativeError(output[name]!, references[s]![name]!)),
    ]),
  );
}

/** A line for each seed past the tolerance, with the unit that flipped. */
async function listed(
  parityCase: ParityCase,
  where: Where,
  errors: ReadonlyMap<string, readonly number[]>,
): Promise<string[]> {
  const beyond = SEEDS.filter((_, s) =>
    [...errors.values()].some((all) => !(all[s]! <= where.tolerance)),
  );
  if (beyond.length === 0) return [];
  const flips = await flipsOf(parityCase, where, beyond);
  return beyond.map((seed, i) => `${parityCase.name}, ${where.name}, seed ${seed}: ${flips[i]}`);
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

const inDigits = (values: readonly number[]): string =>
  values.map((value) => value.toExponential(1)).join("  ");

describe.skipIf(!chromium).each(parityCases)("$name", (parityCase) => {
  test.each(devices)("its meta-gradient on $name is that of float64", async (where) => {
    const outputs = await computed(parityCase, where);
    const errors = errorsOf(outputs, oracles.get(parityCase.name)!);
    for (const [name, all] of errors) {
      console.log(
        `${parityCase.name}, ${where.name}, ${name}: median ${median(all).toExponential(1)}, seeds ${inDigits(all)}`,
      );
    }
    for (const line of await listed(parityCase, where, errors)) console.log(line);
    for (const [name, all] of errors)
      expect(median(all), name).toBeLessThanOrEqual(where.tolerance);
  });
});

test.skipIf(!chromium).each(devices.slice(0, 2))(
  "a seed past the tolerance is listed with the unit that flipped on $name",
  async (where) => {
    const outputs = await computed(flippingCase, where);
    const lines = await listed(flippingCase, where, errorsOf(outputs, expected(flippingCase)));
    expect(lines).toHaveLength(SEEDS.length);
    for (const line of lines)
      expect(line).toMatch(
        /seed \d: ReLU over \[.*\], unit \d+: float64 sees [\d.e-]+, float32 0$/,
      );
  },
);
