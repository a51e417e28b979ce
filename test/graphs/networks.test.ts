import { expect, test } from "vitest";
import {
  alexcifarnet,
  alexnet,
  builtInNetwork,
  defineNetwork,
  lenet,
  mlp,
  type Network,
} from "../../graphs/index.ts";
import { initializedBy } from "../../graphs/initialization.ts";
import { flatten, input, relu } from "../../src/ir/builders/index.ts";
import { sizeOf } from "../../src/ir/value.ts";

const parameterCount = ({ parameters }: Network): number =>
  parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);

const stateDict = ({ parameters }: Network): Record<string, readonly number[]> =>
  Object.fromEntries(parameters.map(({ name, shape }) => [name, shape]));

test("networks have the parameter counts of their papers", () => {
  expect(parameterCount(lenet())).toBe(61_706);
  expect(parameterCount(alexcifarnet())).toBe(1_756_426);
  expect(parameterCount(alexnet())).toBe(61_100_840);
  expect(parameterCount(mlp({ input: [1, 2, 2], hidden: [3, 2], classes: 4 }))).toBe(15 + 8 + 12);
});

test("LeNet's parameters are those of a PyTorch state_dict", () => {
  expect(stateDict(lenet())).toEqual({
    "conv1.weight": [6, 1, 5, 5],
    "conv1.bias": [6],
    "conv2.weight": [16, 6, 5, 5],
    "conv2.bias": [16],
    "fc1.weight": [120, 400],
    "fc1.bias": [120],
    "fc2.weight": [84, 120],
    "fc2.bias": [84],
    "fc3.weight": [10, 84],
    "fc3.bias": [10],
  });
});

test("AlexCifarNet's parameters are those of a PyTorch state_dict", () => {
  expect(stateDict(alexcifarnet())).toEqual({
    "features.0.weight": [64, 3, 5, 5],
    "features.0.bias": [64],
    "features.4.weight": [64, 64, 5, 5],
    "features.4.bias": [64],
    "classifier.0.weight": [384, 4096],
    "classifier.0.bias": [384],
    "classifier.2.weight": [192, 384],
    "classifier.2.bias": [192],
    "classifier.4.weight": [10, 192],
    "classifier.4.bias": [10],
  });
});

test("AlexNet's parameters are those of torchvision", () => {
  const weights = Object.entries(stateDict(alexnet())).filter(([name]) => name.endsWith(".weight"));
  expect(Object.fromEntries(weights)).toEqual({
    "features.0.weight": [64, 3, 11, 11],
    "features.3.weight": [192, 64, 5, 5],
    "features.6.weight": [384, 192, 3, 3],
    "features.8.weight": [256, 384, 3, 3],
    "features.10.weight": [256, 256, 3, 3],
    "classifier.1.weight": [4096, 9216],
    "classifier.4.weight": [4096, 4096],
    "classifier.6.weight": [1000, 4096],
  });
});

test("weights start Xavier normal and biases at zero unless another distribution is chosen", () => {
  const inits = (network: Network) => network.parameters.slice(0, 2).map(({ init }) => init);
  expect(inits(lenet())).toEqual([{ kind: "xavier_normal" }, { kind: "zeros" }]);
  expect(inits(initializedBy(lenet(), "orthogonal"))).toEqual([
    { kind: "orthogonal" },
    { kind: "zeros" },
  ]);
  expect(inits(initializedBy(lenet(), "pytorch"))).toEqual([
    { kind: "pytorch" },
    { kind: "pytorch", fanIn: 25 },
  ]);
});

test("LeNet takes 28x28 and 32x32 images of any number of channels", () => {
  expect(builtInNetwork("lenet", [3, 32, 32], 10).parameters[0].shape).toEqual([6, 3, 5, 5]);
  expect(builtInNetwork("lenet", [1, 28, 28], 1).parameters.at(-1)!.shape).toEqual([1]);
});

test("a network that does not take the images says which it takes", () => {
  expect(() => builtInNetwork("lenet", [1, 16, 16], 10)).toThrow(
    "lenet takes 28x28 or 32x32 images, got 1x16x16",
  );
  expect(() => builtInNetwork("alexcifarnet", [1, 28, 28], 10)).toThrow("takes 3x32x32 images");
  expect(() => builtInNetwork("alexnet", [3, 32, 32], 10)).toThrow("takes 3x224x224 images");
});

test("images of another shape than the network's are an error that names the layer", () => {
  const network = lenet();
  const parameters = network.parameters.map(({ name, shape }) => input(name, shape));
  expect(() => network.forward(parameters, [], input("images", [2, 3, 28, 28]))).toThrow(
    /layer "conv1": conv.*3 input channels, 6 filters of 1 channels/,
  );
  expect(() => network.forward(parameters, [], input("images", [2, 1, 20, 20]))).toThrow(
    /layer "fc1": matmul.*the inner extents differ/,
  );
});

test("a definition is checked when it is made", () => {
  const definition = { name: "wrong", input: [1, 2, 2], classes: 3 } as const;
  expect(() =>
    defineNetwork({ ...definition, forward: (x, layer) => layer.linear("fc", flatten(x), 4) }),
  ).toThrow("wrong: expected logits [n,3], forward made [1,4]");
  expect(() =>
    defineNetwork({
      ...definition,
      forward: (x, layer) => layer.linear("fc", relu(layer.linear("fc", flatten(x), 4)), 3),
    }),
  ).toThrow('wrong: two layers are called "fc"');
});
