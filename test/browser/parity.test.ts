/** The same meta-gradient on CPU, wasm and WebGPU, against the float64 interpreter. */
import { afterAll, describe, expect, test } from "vitest";
import { toGraph } from "../../graphs/index.ts";
import { relativeError } from "../../src/ir/float32.ts";
import { evaluate } from "../../src/ir/interpreter/index.ts";
import { optimize } from "../../src/ir/passes/index.ts";
import { inlineExecutor } from "../../src/runtime/executor.ts";
import { chromiumPath, pages } from "./pages.ts";
import { feedsOf, graphOf, outputsOf, type ParityCase, parityCases, SEEDS } from "./parityCases.ts";

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

async function computed(
  parityCase: ParityCase,
  where: (typeof devices)[number],
): Promise<Outputs[]> {
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

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

const inDigits = (values: readonly number[]): string =>
  values.map((value) => value.toExponential(1)).join("  ");

describe.skipIf(!chromium).each(parityCases)("$name", (parityCase) => {
  test.each(devices)("its meta-gradient on $name is that of float64", async (where) => {
    const outputs = await computed(parityCase, where);
    const references = oracles.get(parityCase.name)!;
    for (const name of Object.keys(references[0]!)) {
      const errors = outputs.map((output, s) =>
        relativeError(output[name]!, references[s]![name]!),
      );
      const middle = median(errors);
      console.log(
        `${parityCase.name}, ${where.name}, ${name}: median ${middle.toExponential(1)}, seeds ${inDigits(errors)}`,
      );
      expect(middle, name).toBeLessThanOrEqual(where.tolerance);
    }
  });
});
