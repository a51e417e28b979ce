import { expect, test } from "vitest";
import { mlp, type ParameterSpec } from "../../../graphs/index.ts";
import { untrainedParameters } from "../../../src/distill/pretraining.ts";
import { fitParameters, namedTensors } from "../../../src/io/weights/fitParameters.ts";

const network = (classes: number) => mlp({ input: [1, 4, 4], hidden: [8], classes });
const shapeOf = (specs: readonly ParameterSpec[], name: string) =>
  specs.find((spec) => spec.name === name)!.shape;
const five = network(5);
const checkpoint = namedTensors(five, untrainedParameters(five, 1, 0));

test("a fresh head has the network's classes, the other layers the file's weights", () => {
  const fitted = fitParameters(network(3), checkpoint, { layer: "fc2", seed: 1 });
  expect(fitted.get("fc1.weight")).toEqual(checkpoint.get("fc1.weight")!.data);
  expect(fitted.get("fc2.weight")).toHaveLength(3 * shapeOf(five.parameters, "fc2.weight")[1]!);
  expect([...fitted.get("fc2.bias")!]).toEqual([0, 0, 0]);
  const largest = Math.max(...fitted.get("fc2.weight")!.map(Math.abs));
  expect(largest).toBeGreaterThan(0);
  expect(largest).toBeLessThan(0.05);
});

test("without one the shapes have to be the file's", () => {
  expect(() => fitParameters(network(3), checkpoint)).toThrow(
    "fc2.weight is [5,8], expected [3,8]",
  );
});

test("a fresh head is a layer of the network", () => {
  expect(() => fitParameters(network(3), checkpoint, { layer: "fc9", seed: 1 })).toThrow(
    'mlp has no layer "fc9" for a new head',
  );
});
