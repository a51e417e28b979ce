import { expect, test } from "vitest";
import { defineNetwork } from "../../graphs/index.ts";
import { certify } from "../../src/distill/certify.ts";
import { flatten, relu } from "../../src/ir/builders/index.ts";
import { random } from "../../src/random/generator.ts";
import { initialize } from "../../src/random/initializers.ts";

const network = defineNetwork({
  name: "small",
  input: [1, 6, 6],
  classes: 3,
  forward(x, layer) {
    const hidden = relu(layer.conv2d("conv", x, { out: 4, kernel: 3 }));
    return layer.linear("fc", flatten(hidden), 3);
  },
});

const weights = new Map(
  network.parameters.map(({ name, shape, init }) => [
    name,
    initialize(init, shape, random(1, name)),
  ]),
);

const options = { images: 2, points: 1, seed: 1, executors: [] };

test("derivatives agree with finite differences", async () => {
  const { order1, order2, modes } = await certify(
    network,
    "softmax_cross_entropy",
    weights,
    options,
  );
  expect(order1).toBeLessThan(1e-6);
  expect(order2).toBeLessThan(1e-6);
  expect(modes).toBeLessThan(1e-12);
});

test("a pruned filter is at the kink of its ReLU, so that it is checked close by", async () => {
  const pruned = new Map(weights);
  const filters = weights.get("conv.weight")!.slice();
  pruned.set("conv.weight", filters.fill(0, 0, 9));
  const check = (displacement?: number) =>
    certify(network, "softmax_cross_entropy", pruned, { ...options, displacement });
  expect((await check()).order2).toBeGreaterThan(0.5);
  const { order1, order2, modes } = await check(0.01);
  expect(order1).toBeLessThan(1e-6);
  expect(order2).toBeLessThan(1e-6);
  expect(modes).toBeLessThan(1e-12);
});
