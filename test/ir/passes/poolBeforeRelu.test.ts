import fc from "fast-check";
import { expect, test } from "vitest";
import { gradient } from "../../../src/autodiff/gradient.ts";
import * as build from "../../../src/ir/builders/index.ts";
import { evaluate } from "../../../src/ir/interpreter/index.ts";
import { poolBeforeRelu } from "../../../src/ir/passes/index.ts";
import { anywhere } from "../../autodiff/points.ts";
import { poolCase } from "../arbitraries.ts";

test("maxima before ReLU have the same values and derivatives, ties and zeros included", () => {
  fc.assert(
    fc.property(poolCase, fc.nat(2 ** 20), ({ window: { kernel, ...window }, x }, seed) => {
      const images = build.input("x", x);
      const pooled = build.maxPool2d(build.relu(images), kernel, window);
      const rewritten = poolBeforeRelu(pooled, [images]);
      expect(rewritten.op).toBe("relu");
      const [dy] = anywhere([pooled.shape], seed);
      const feeds = new Map([
        // Integers from -2 to 2.
        [
          "x",
          anywhere([x], seed + 1)[0].map((entry) => Math.max(-2, Math.min(2, Math.round(entry)))),
        ],
        ["dy", dy],
      ]);
      const cotangent = build.input("dy", pooled.shape);
      const results = [pooled, rewritten].flatMap((y) => [
        y,
        ...gradient(build.reduceSum(build.mul(y, cotangent)), [images]),
      ]);
      // Zeros have no sign here.
      const [y, dx, otherY, otherDx] = evaluate(results, feeds).map((data) =>
        data.map((e) => e + 0),
      );
      expect(otherY).toEqual(y);
      expect(otherDx).toEqual(dx);
    }),
    { numRuns: 100, seed: 1 },
  );
});

test("nothing below the leaves is looked at", () => {
  const z = build.input("z", [1, 1, 4, 4]);
  const leaf = build.maxPool2d(build.relu(z), [2, 2]);
  expect(poolBeforeRelu(build.exp(leaf), [leaf])).toBe(build.exp(leaf));
});
