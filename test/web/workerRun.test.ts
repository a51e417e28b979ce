/** A run of the worker, without a worker: on the CPU in Node. */
import { expect, test } from "vitest";
import { type Executor, inlineExecutor } from "../../src/runtime/executor.ts";
import type { DistilEvent } from "../../src/web/events.ts";
import { WorkerRun } from "../../src/web/workerRun.ts";
import { yielding } from "../../src/web/yielding.ts";
import { stripesProblem } from "../distill/stripesProblem.ts";

const onCpu = (): Executor => yielding(inlineExecutor({ device: "cpu", threads: 1 }));
const problem = stripesProblem({ outer: { iterations: 6 } });

function start(executor = onCpu): { run: WorkerRun; events: DistilEvent[] } {
  const events: DistilEvent[] = [];
  return {
    run: new WorkerRun(problem, undefined, executor, (event) => events.push(event)),
    events,
  };
}

test("a run goes on that is resumed before it has paused", async () => {
  const { run, events } = start();
  const finished = run.finish();
  const paused = run.pause();
  run.resume();
  expect((await paused).length).toBeGreaterThan(0);
  expect((await finished).iteration).toBe(6);
  expect(events.filter(({ kind }) => kind === "started")).toHaveLength(2);
});

test("pausing a run that failed says why it failed, instead of waiting", async () => {
  const { run } = start(() => {
    throw new Error("the device is lost");
  });
  await expect(run.finish()).rejects.toThrow("the device is lost");
  await expect(run.pause()).rejects.toThrow("the device is lost");
});

test("a run that was stopped cannot be paused", async () => {
  const { run } = start();
  const finished = run.finish();
  run.stop();
  await expect(finished).rejects.toThrow("the run was stopped");
  await expect(run.pause()).rejects.toThrow("the run was stopped");
});
