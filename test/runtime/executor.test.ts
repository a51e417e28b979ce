import { afterAll, expect, test } from "vitest";
import { add, input, mul } from "../../src/ir/builders/index.ts";
import { compile } from "../../src/onnx/compile.ts";
import { inlineExecutor, runKeeping } from "../../src/runtime/executor.ts";
import { interruptible } from "../../src/runtime/interruptible.ts";

const x = input("x", [2]);
const y = input("y", [2]);
const program = compile({
  name: "product",
  inputs: [x, y],
  outputs: [
    { name: "product", value: mul(x, y) },
    { name: "sum", value: add(x, y) },
  ],
});
const executor = inlineExecutor({ device: "cpu", threads: 1 });
afterAll(() => executor.close());

const feeds = (a: number, b: number) =>
  new Map([
    ["x", Float32Array.of(a, 2 * a)],
    ["y", Float32Array.of(b, b)],
  ]);

test("results come in the order of the feeds, by output name", async () => {
  const results = await executor.run(program, [feeds(1, 2), feeds(3, 4)]);
  expect(results.map((result) => [...result])).toEqual([
    [
      ["product", Float32Array.of(2, 4)],
      ["sum", Float32Array.of(3, 4)],
    ],
    [
      ["product", Float32Array.of(12, 24)],
      ["sum", Float32Array.of(7, 10)],
    ],
  ]);
});

test("tensors that the program does not take are ignored", async () => {
  const [result] = await executor.run(program, [feeds(1, 2).set("z", new Float32Array(9))]);
  expect(result!.get("sum")).toEqual(Float32Array.of(3, 4));
});

test("a missing or wrongly sized feed is named with both sizes", async () => {
  await expect(executor.run(program, [new Map()])).rejects.toThrow(
    'product: input "x" takes 2 numbers, shape [2], got nothing',
  );
  const long = feeds(1, 2).set("y", new Float32Array(3));
  await expect(executor.run(program, [long])).rejects.toThrow("got 3 numbers");
});

test("a graph that the runtime refuses is an error that names the graph", async () => {
  const broken = { ...program, name: "broken", bytes: new Uint8Array([1, 2, 3]) };
  await expect(executor.prepare(broken)).rejects.toThrow('refused the graph "broken"');
});

test("wasm's runs wait for each other, also those of different executors", async () => {
  const wasm = [1, 2].map(() => inlineExecutor({ device: "wasm", threads: 1 }));
  const results = await Promise.all(
    [1, 2, 3, 4].map((a) => wasm[a % 2]!.run(program, [feeds(a, 2)])),
  );
  expect(results.map(([result]) => result!.get("sum"))).toEqual(
    [1, 2, 3, 4].map((a) => Float32Array.of(a + 2, 2 * a + 2)),
  );
  for (const executor of wasm) await executor.close();
});

test("what is asked to stay on a device that keeps nothing comes back", async () => {
  for (const asked of [executor, interruptible(executor, new AbortController().signal)]) {
    const [result] = await runKeeping(asked, program, ["sum"], [feeds(1, 2)]);
    expect(result!.get("sum")).toEqual(Float32Array.of(3, 4));
  }
});

test("an interruptible executor stops between feeds", async () => {
  const stop = new AbortController();
  const stoppable = interruptible(executor, stop.signal);
  expect(await stoppable.run(program, [feeds(1, 2)])).toHaveLength(1);
  stop.abort();
  await expect(stoppable.run(program, [feeds(1, 2)])).rejects.toBe(stop.signal.reason);
});
