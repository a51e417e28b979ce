import { expect, test } from "vitest";
import { alexcifarnet, defineNetwork, lenet, mlp, networkFor } from "../../graphs/index.ts";
import { conv2d, flatten, full, input, reduceMean, sub } from "../../src/ir/builders/index.ts";
import { topologicalOrder } from "../../src/ir/graph.ts";
import type { Value } from "../../src/ir/value.ts";

test("networks keep their form on targets that run anywhere", () => {
  const network = lenet();
  expect(networkFor("portable", network)).toBe(network);
});

test("on CPUs narrow convolutional networks are computed batch-last, in micro-batches", () => {
  const network = lenet();
  const { forward, microBatch, ...rest } = networkFor("cpu", network);
  const { forward: plain, ...same } = network;
  expect(rest).toEqual(same);
  expect(forward).not.toBe(plain);
  expect(microBatch).toBeGreaterThan(1);
});

test("networks with wide convolutions pool before ReLU, in micro-batches", () => {
  const network = alexcifarnet();
  const { forward, microBatch } = networkFor("cpu", network);
  expect(microBatch).toBeGreaterThan(1);
  const parameters = network.parameters.map(({ name, shape }) => input(name, shape));
  const images = input("images", [2, ...network.input]);
  const pooled = (logits: Value) =>
    topologicalOrder([logits]).filter(({ op }) => op === "poolGather");
  const sources = (logits: Value) => pooled(logits).map(({ inputs }) => inputs[0].op);
  expect(sources(network.forward(parameters, [], images))).toContain("relu");
  expect(sources(forward(parameters, [], images))).not.toContain("relu");
});

test("networks without convolutions are computed as they are", () => {
  const network = mlp();
  expect(networkFor("cpu", network)).toBe(network);
});

test("networks that mix the images of a batch, or keep a convolution, are not rewritten", () => {
  const definition = (forward: (x: Value) => Value) =>
    defineNetwork({
      name: "custom",
      input: [1, 6, 6],
      classes: 2,
      forward: (x, layer) =>
        layer.linear("fc", flatten(forward(layer.conv2d("conv", x, { out: 2, kernel: 3 }))), 2),
    });
  const same = definition((x) => x);
  expect(networkFor("cpu", same)).not.toBe(same);
  const mixing = definition((x) => sub(x, reduceMean(x, [0], true)));
  expect(networkFor("cpu", mixing)).toBe(mixing);
  const strided = definition((x) =>
    conv2d(x, full([2, 2, 2, 2], 1), undefined, { strides: [2, 2] }),
  );
  const parameters = strided.parameters.map(({ name, shape }) => input(name, shape));
  const images = input("images", [2, 1, 6, 6]);
  expect(networkFor("cpu", strided).forward(parameters, [], images)).toBe(
    strided.forward(parameters, [], images),
  );
});
