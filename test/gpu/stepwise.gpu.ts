/** `npm run test:gpu`: parameters that stay on a WebGPU adapter, against the CPU, and none of them left in the end. */
import { expect, test } from "vitest";
import { initialDistilled, toDistilled } from "../../src/distill/distilled.ts";
import { Evaluator } from "../../src/distill/evaluate.ts";
import { initialParameters } from "../../src/distill/initialization.ts";
import { computeMetaGradient } from "../../src/distill/metaGradient.ts";
import { planMetaGradient } from "../../src/distill/plan.ts";
import { relativeError } from "../../src/ir/float32.ts";
import { random } from "../../src/random/generator.ts";
import { DeviceTensor } from "../../src/runtime/deviceTensor.ts";
import { type Executor, inlineExecutor } from "../../src/runtime/executor.ts";
import { stripesProblem } from "../distill/stripesProblem.ts";
import { missingAdapter } from "./adapter.ts";

/** The device tensors that an executor made. */
function watched(executor: Executor): { executor: Executor; made: DeviceTensor[] } {
  const made: DeviceTensor[] = [];
  const watching: Executor = {
    ...executor,
    async runKeeping(run, names, feeds) {
      const results = await executor.runKeeping!(run, names, feeds);
      for (const result of results)
        for (const feed of result.values()) if (feed instanceof DeviceTensor) made.push(feed);
      return results;
    },
  };
  return { executor: watching, made };
}

const problem = stripesProblem({ steps: 2, epochs: 2, outer: { batch: 4 } });
const distilled = toDistilled(initialDistilled(problem));
const parameters = initialParameters(problem, "training", 0);
const real = { images: new Float32Array(4 * 64), labels: new Float32Array(4 * 3) };

test.skipIf(missingAdapter)(
  "step by step, parameters stay on the device until they are not needed, and the numbers are the CPU's",
  async () => {
    const { network, unroll } = problem;
    real.labels.fill(0.5);
    random(1, "test images").fillNormal(real.images);
    const gradient = (executor: Executor) => {
      const { target, lanes } = executor;
      const plan = planMetaGradient(problem, { target, lanes, memory: 1e9, kind: "stepwise" });
      const everyOther = { ...plan, keepEvery: 2 } as typeof plan;
      return computeMetaGradient(
        executor,
        everyOther,
        network,
        unroll,
        [parameters],
        distilled,
        real,
      );
    };
    const cpu = inlineExecutor({ device: "cpu", threads: 1 });
    const webgpu = inlineExecutor({ device: "webgpu", threads: 1 });
    const { executor, made } = watched(webgpu);
    const [expected, actual] = [await gradient(cpu), await gradient(executor)];
    // Four steps there and two again on the way back, a loss, four steps back.
    expect(made).toHaveLength(network.parameters.length * (4 + 2 + 1 + 4));
    expect(made.filter(({ released }) => !released)).toEqual([]);
    for (const name of ["images", "labels", "learningRates"] as const)
      expect(relativeError(actual[name], expected[name])).toBeLessThan(1e-3);
    expect(actual.loss).toBeCloseTo(expected.loss, 4);
    await cpu.close();
    await webgpu.close();
  },
);

test.skipIf(missingAdapter)("networks trained for several epochs are the CPU's", async () => {
  const executors = [
    inlineExecutor({ device: "cpu", threads: 1 }),
    inlineExecutor({ device: "webgpu", threads: 1 }),
  ];
  const trained = [];
  for (const executor of executors) {
    const { executor: watching, made } = executor.runKeeping
      ? watched(executor)
      : { executor, made: [] };
    const [network] = await new Evaluator(problem, watching).trained([parameters], distilled);
    trained.push(network!);
    expect(made.filter(({ released }) => !released)).toEqual([]);
    await executor.close();
  }
  for (const [name, expected] of trained[0]!)
    expect(relativeError(trained[1]!.get(name)!, expected), name).toBeLessThan(1e-3);
});
