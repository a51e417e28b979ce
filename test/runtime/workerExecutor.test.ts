/** Starts real worker threads, which load the built program. */
import { expect, test } from "vitest";
import { missingAdapter } from "../gpu/adapter.ts";

const built = new URL("../../dist/src/index.js", import.meta.url).href;
const { compile, DeviceError, keepConstant, ops, releaseAll, runKeeping, workerExecutor } =
  (await import(built)) as typeof import("../../src/index.ts");

const x = ops.input("x", [1]);
const program = compile({
  name: "double",
  inputs: [x],
  outputs: [{ name: "y", value: ops.add(x, x) }],
});
const feed = (value: number) => new Map([["x", Float32Array.of(value)]]);
const options = { device: "cpu", workers: 2, threads: 1 } as const;

test("results come in the order of the feeds, also with more feeds than workers", async () => {
  const executor = workerExecutor(options);
  await executor.prepare(program);
  const results = await executor.run(program, [1, 2, 3, 4, 5].map(feed));
  expect(results.map((result) => result.get("y")![0])).toEqual([2, 4, 6, 8, 10]);
  await executor.close();
});

test("an error in a worker reaches the caller, and the worker goes on", async () => {
  const executor = workerExecutor(options);
  await expect(executor.run(program, [new Map()])).rejects.toThrow('input "x" takes 1 numbers');
  const [result] = await executor.run(program, [feed(4)]);
  expect(result!.get("y")![0]).toBe(8);
  await executor.close();
});

test("after closing, a run is refused instead of hanging", async () => {
  const executor = workerExecutor(options);
  await executor.close();
  await expect(executor.run(program, [feed(1)])).rejects.toThrow("worker");
});

test("feeds are taken when a run is asked for, and runs of one worker do not mix theirs", async () => {
  const executor = workerExecutor({ ...options, workers: 1 });
  await executor.prepare(program);
  const reused = Float32Array.of(1);
  const first = executor.run(program, [new Map([["x", reused]])]);
  reused[0] = 7;
  const second = executor.run(program, [feed(2), feed(3)]);
  expect((await first)[0]!.get("y")![0]).toBe(2);
  expect((await second).map((result) => result.get("y")![0])).toEqual([4, 6]);
  await executor.close();
});

test("a program that could not be loaded is refused every time", async () => {
  const executor = workerExecutor(options);
  const broken = { ...program, name: "broken", bytes: new Uint8Array([1, 2, 3]) };
  await expect(executor.prepare(broken)).rejects.toThrow('refused the graph "broken"');
  await expect(executor.prepare(broken)).rejects.toThrow('refused the graph "broken"');
  await expect(executor.run(broken, [feed(1)])).rejects.toThrow('refused the graph "broken"');
  await executor.close();
});

test("programs that alternate keep their own feeds, and closing waits for what was asked for", async () => {
  const executor = workerExecutor({ ...options, workers: 1 });
  const negated = compile({
    name: "negated",
    inputs: [x],
    outputs: [{ name: "y", value: ops.neg(x) }],
  });
  const results = [1, 2, 3].flatMap((value) => [
    executor.run(program, [feed(value)]),
    executor.run(negated, [feed(value)]),
  ]);
  await executor.close();
  const numbers = (await Promise.all(results)).map(([result]) => result!.get("y")![0]);
  expect(numbers).toEqual([2, -1, 4, -2, 6, -3]);
});

test("constant feeds are handed over once, and again after others took their place", async () => {
  const executor = workerExecutor({ ...options, workers: 1 });
  const [constant, other] = [Float32Array.of(3), Float32Array.of(5)];
  keepConstant(constant);
  const double = async (data: Float32Array) => {
    const [result] = await executor.run(program, [new Map([["x", data]])]);
    return result!.get("y")![0];
  };
  const results: unknown[] = [];
  for (const data of [constant, constant, other, constant]) results.push(await double(data));
  expect(results).toEqual([6, 6, 10, 6]);
  // What was declared constant is not looked at again.
  constant[0] = 4;
  expect(await double(constant)).toBe(6);
  expect(await double(other)).toBe(10);
  await executor.close();
});

test.skipIf(missingAdapter)(
  "what a worker leaves on a GPU is fed from there, until it is released",
  async () => {
    const executor = workerExecutor({ device: "webgpu", workers: 1, threads: 1 });
    let feeds: Map<string, import("../../src/index.ts").Feed> = feed(1);
    for (let i = 0; i < 4; i++) {
      const [result] = await runKeeping(executor, program, ["y"], [feeds]);
      releaseAll(feeds);
      feeds = new Map([["x", result!.get("y")!]]);
      expect(feeds.get("x")).not.toBeInstanceOf(Float32Array);
    }
    const [result] = await executor.run(program, [feeds]);
    expect(result!.get("y")![0]).toBe(32);
    releaseAll(feeds);
    await expect(executor.run(program, [feeds])).rejects.toThrow("was released");
    await executor.close();
  },
);

test("a GPU takes one worker", () => {
  const several = () => workerExecutor({ device: "webgpu", workers: 2, threads: 1 });
  expect(several).toThrow(DeviceError);
  expect(several).toThrow('device "webgpu" takes one worker, got 2');
});
