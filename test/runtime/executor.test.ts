import { afterAll, expect, test } from "vitest";
import { add, input, mul } from "../../src/ir/builders/index.ts";
import { compile } from "../../src/onnx/compile.ts";
import { DeviceTensor } from "../../src/runtime/deviceTensor.ts";
import { type Executor, inlineExecutor, runKeeping } from "../../src/runtime/executor.ts";
import { interruptible } from "../../src/runtime/interruptible.ts";
import { runsThrough } from "../../src/runtime/runsThrough.ts";

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

/** Keeps results on a device of its own; the second feed of a run fails where that is asked for. */
function keepingExecutor(failing = false): { keeping: Executor; made: DeviceTensor[] } {
  const made: DeviceTensor[] = [];
  const runKeeping: Executor["runKeeping"] = async (_program, _kept, feeds) =>
    feeds.map(() => {
      if (failing && made.length > 0) throw new Error("the device is lost");
      made.push(new DeviceTensor(1, () => {}));
      return new Map([["sum", made.at(-1)!]]);
    });
  return { keeping: { ...executor, runKeeping }, made };
}

test("what an interrupted run had left on the device is released", async () => {
  const stop = new AbortController();
  const { keeping, made } = keepingExecutor();
  const stoppable = interruptible(
    runsThrough(keeping, async (feeds, run) => {
      const results = await run(feeds);
      if (made.length === 2) stop.abort();
      return results;
    }),
    stop.signal,
  );
  const asked = [1, 2, 3].map((a) => feeds(a, a));
  await expect(runKeeping(stoppable, program, ["sum"], asked)).rejects.toThrow("aborted");
  expect(made.map(({ released }) => released)).toEqual([true, true]);
});

test("where a feed fails, what those before it had left on the device is released", async () => {
  const { keeping, made } = keepingExecutor(true);
  const stoppable = interruptible(keeping, new AbortController().signal);
  const asked = [1, 2].map((a) => feeds(a, a));
  await expect(runKeeping(stoppable, program, ["sum"], asked)).rejects.toThrow("lost");
  expect(made.map(({ released }) => released)).toEqual([true]);
});

test("after closing, an executor loads nothing any more", async () => {
  const closed = inlineExecutor({ device: "cpu", threads: 1 });
  await closed.run(program, [feeds(1, 2)]);
  await closed.close();
  await expect(closed.run(program, [feeds(1, 2)])).rejects.toThrow("the executor is closed");
});
