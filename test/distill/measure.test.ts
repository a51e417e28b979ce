import { expect, test } from "vitest";
import { defineNetwork } from "../../graphs/index.ts";
import type { Dataset, Split } from "../../src/data/dataset.ts";
import { type Task, Tester } from "../../src/distill/measure.ts";
import { flatten, relu } from "../../src/ir/builders/index.ts";
import { sizeOf } from "../../src/ir/value.ts";
import type { Executor } from "../../src/runtime/executor.ts";

/** 1 MiB of each layer's results per image. */
const wide = defineNetwork({
  name: "wide",
  input: [1, 64, 64],
  classes: 3,
  forward(x, layer) {
    const hidden = flatten(relu(layer.conv2d("conv", x, { out: 64, kernel: 3, pad: 1 })));
    return layer.linear("fc", hidden, 3);
  },
});

const split = (count: number): Split => ({
  count,
  images: new Uint8Array(count * 64 * 64),
  labels: new Uint16Array(count),
});

const dataset: Dataset = {
  name: "blank",
  shape: [1, 64, 64],
  classes: ["a", "b", "c"],
  normalization: { mean: [0], std: [1] },
  train: split(3),
  test: split(700),
};

test("images of large intermediate results are measured in smaller batches, each once", async () => {
  const batches: number[] = [];
  const executor: Executor = {
    device: "cpu",
    threads: 1,
    target: "portable",
    lanes: 1,
    prepare: async () => {},
    async run(program, feeds) {
      const batch = program.inputs.find(({ name }) => name === "real_images")!.shape[0]!;
      batches.push(...feeds.map(() => batch));
      return feeds.map(
        () =>
          new Map(
            program.outputs.map(({ name, shape }) => [
              name,
              new Float32Array(sizeOf(shape)).fill(1),
            ]),
          ),
      );
    },
    close: async () => {},
  };
  const task: Task = { network: wide, loss: "softmax_cross_entropy", dataset, attack: undefined };
  const [measured] = await new Tester(task, executor).measureEach([new Map()], dataset.test);
  expect(measured).toEqual({ accuracy: 1, loss: 1 });
  expect(new Set(batches)).toEqual(new Set([128]));
  expect(batches).toHaveLength(6);
});
