import { expect, test } from "vitest";
import { alexcifarnet, lenet, mlp, networkFor } from "../../graphs/index.ts";

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

test("networks with wide convolutions, or none, keep their form", () => {
  for (const network of [alexcifarnet(), mlp()]) expect(networkFor("cpu", network)).toBe(network);
});
