/** How far the accuracy of a bundle's known network may lie from the claimed one. */
import { afterAll, expect, test } from "vitest";
import { initialDistilled, toDistilled } from "../../../src/distill/distilled.ts";
import { knownParameters } from "../../../src/distill/initialization.ts";
import { createProblem } from "../../../src/distill/problem.ts";
import { claimOf } from "../../../src/io/bundle/claim.ts";
import type { RunSummary } from "../../../src/io/runReport.ts";
import { encodeNetwork } from "../../../src/io/weights/encodeNetwork.ts";
import { type Executor, inlineExecutor } from "../../../src/runtime/executor.ts";
import { stripes, stripesRecipe } from "../../stripesData.ts";

const executor = inlineExecutor({ device: "cpu", target: "portable", threads: 1 });
afterAll(() => executor.close());

const problem = createProblem(stripesRecipe, stripes());
const distilled = toDistilled(initialDistilled(problem));
const known = encodeNetwork(problem.network, knownParameters(problem)[0]!);
const weights = new Map([["initial.safetensors", known]]);
const summary = {} as RunSummary;

test("a network that rounding does not change is to be met to a tenth of a point", async () => {
  const { accuracy, tolerance } = await claimOf(problem, distilled, weights, summary, executor);
  expect(accuracy.n).toBe(1);
  expect(tolerance).toBe(0.001);
});

test("where a unit decides by rounding, the accuracy that it leads to is allowed as well", async () => {
  const own = await claimOf(problem, distilled, weights, summary, executor);
  const reached: number[] = [];
  const { tolerance } = await claimOf(problem, distilled, weights, summary, tipping(), {
    onNetwork: (done, total) => reached.push(done / total),
  });
  const always = 30 / 90;
  expect(tolerance).toBeCloseTo(0.001 + Math.abs(own.accuracy.mean - always), 10);
  expect(reached).toHaveLength(9);
  expect(reached.at(-1)).toBe(1);
});

/** Trains a network that always says the first class where the first pixel is a little larger than it was learned. */
function tipping(): Executor {
  return {
    ...executor,
    async run(program, feeds) {
      const results = await executor.run(program, feeds);
      return results.map((tensors, i) => {
        const images = feeds[i]!.get("images") as Float32Array | undefined;
        if (!images || !(images[0]! > distilled.images[0]!)) return tensors;
        return new Map(tensors).set("next_parameter.fc2.bias", Float32Array.of(1e3, 0, 0));
      });
    },
  };
}
