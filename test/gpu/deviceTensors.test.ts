/** What stays in the memory of a WebGPU adapter between runs. */
import { expect, test } from "vitest";
import { add, input, mul } from "../../src/ir/builders/index.ts";
import { compile } from "../../src/onnx/compile.ts";
import { DeviceTensor, type Feeds, releaseAll } from "../../src/runtime/deviceTensor.ts";
import { inlineExecutor, runKeeping } from "../../src/runtime/executor.ts";
import { keepConstant } from "../../src/runtime/feeds.ts";
import { missingAdapter } from "./adapter.ts";

const x = input("x", [4]);
const y = input("y", [4]);
const program = compile({
  name: "step",
  inputs: [x, y],
  outputs: [
    { name: "sum", value: add(x, y) },
    { name: "product", value: mul(x, y) },
  ],
});
const numbers = (...values: number[]) => Float32Array.from(values);

test.skipIf(missingAdapter)(
  "results that are kept feed the next run, and release once",
  async () => {
    const executor = inlineExecutor({ device: "webgpu", threads: 1 });
    const step = numbers(1, 2, 3, 4);
    let feeds: Feeds = new Map([
      ["x", numbers(0, 0, 0, 0)],
      ["y", step],
    ]);
    for (let i = 0; i < 5; i++) {
      const [result] = await runKeeping(executor, program, ["sum"], [feeds]);
      const sum = result!.get("sum");
      expect(sum).toBeInstanceOf(DeviceTensor);
      expect(result!.get("product")).toBeInstanceOf(Float32Array);
      releaseAll(feeds);
      feeds = new Map([
        ["x", sum!],
        ["y", step],
      ]);
    }
    const [last] = await executor.run(program, [feeds]);
    expect(last!.get("sum")).toEqual(numbers(6, 12, 18, 24));
    releaseAll(feeds);
    releaseAll(feeds);
    await expect(executor.run(program, [feeds])).rejects.toThrow(
      'input "x" takes 4 numbers, shape [4], got a device tensor that was released',
    );
    await executor.close();
  },
);

test.skipIf(missingAdapter)(
  "constants are uploaded when they are fed again, others every time",
  async () => {
    const executor = inlineExecutor({ device: "webgpu", threads: 1 });
    const [constant, other, changing] = [1, 2, 0].map((value) =>
      new Float32Array(4).fill(value),
    ) as [Float32Array, Float32Array, Float32Array];
    keepConstant(constant);
    keepConstant(other);
    const sums: number[] = [];
    for (const fed of [constant, constant, constant, other, constant, other, other, changing]) {
      changing.fill(sums.length);
      const [result] = await executor.run(program, [
        new Map([
          ["x", fed],
          ["y", changing],
        ]),
      ]);
      sums.push(result!.get("sum")![3]!);
    }
    // The i-th sum is what is fed and i.
    expect(sums).toEqual([1, 2, 3, 5, 5, 7, 8, 14]);
    await executor.close();
  },
);
