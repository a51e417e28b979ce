/** WebGPU in Node, where there is an adapter. */
import { expect, test } from "vitest";
import { add, conv, input, mul } from "../../src/ir/builders/index.ts";
import { compile } from "../../src/onnx/compile.ts";
import { DeviceError } from "../../src/runtime/devices.ts";
import { inlineExecutor } from "../../src/runtime/executor.ts";
import { createSession } from "../../src/runtime/session.ts";
import { oneNodeModel } from "../onnx/oneNodeModels.ts";
import { missingAdapter } from "./adapter.ts";

const x = input("x", [4]);
const sum = compile({
  name: "sum",
  inputs: [x],
  outputs: [{ name: "y", value: add(x, mul(x, x)) }],
});
const options = { device: "webgpu", threads: 1 } as const;

test.skipIf(missingAdapter)("runs of different sessions may be asked for at once", async () => {
  const executors = [inlineExecutor(options), inlineExecutor(options)];
  const feeds = (n: number) => [new Map([["x", Float32Array.of(n, 0, -n, 1)]])];
  const results = await Promise.all(
    Array.from({ length: 8 }, (_, n) => executors[n % 2]!.run(sum, feeds(n))),
  );
  results.forEach(([result], n) => {
    expect(result!.get("y")).toEqual(Float32Array.of(n + n * n, 0, n * n - n, 2));
  });
  for (const executor of executors) await executor.close();
});

test.skipIf(missingAdapter)(
  "a node without a kernel is named and does not run elsewhere",
  async () => {
    const bytes = oneNodeModel("Sign", "float32");
    const program = { ...sum, name: "signs", bytes };
    const refused = createSession(program, options);
    await expect(refused).rejects.toThrow(
      /refused the graph "signs": .*fallback.*y: no kernel for Sign of float32 on webgpu/,
    );
    await expect(refused).rejects.not.toBeInstanceOf(DeviceError);
  },
);

test.skipIf(missingAdapter)("LeNet's second convolution is computed right", async () => {
  const images = input("x", [1, 6, 6, 6]);
  const filters = input("w", [4, 6, 5, 5]);
  const value = conv(images, filters, {
    kernel: [5, 5],
    strides: [1, 1],
    dilations: [1, 1],
    pads: [0, 0, 0, 0],
    group: 1,
  });
  const program = compile({
    name: "conv2",
    inputs: [images, filters],
    outputs: [{ name: "y", value }],
  });
  const executor = inlineExecutor(options);
  // Each channel of the image is its number, each filter sums.
  const data = Float32Array.from({ length: 6 * 36 }, (_, i) => Math.floor(i / 36));
  const [result] = await executor.run(program, [
    new Map([
      ["x", data],
      ["w", new Float32Array(4 * 6 * 25).fill(1)],
    ]),
  ]);
  expect([...result!.get("y")!]).toEqual(new Array(16).fill(25 * 15));
  await executor.close();
});
