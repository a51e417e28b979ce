import { expect, test } from "vitest";
import { Queue } from "../../src/runtime/queue.ts";

const ticks = async (count: number) => {
  for (let i = 0; i < count; i++) await Promise.resolve();
};

test("work in a queue does not overlap and keeps its order, whatever it takes", async () => {
  const queue = new Queue();
  const events: string[] = [];
  const work = (name: string, duration: number) => async () => {
    events.push(`${name} begins`);
    await ticks(duration);
    events.push(`${name} ends`);
    return name;
  };
  const results = [queue.add(work("a", 20)), queue.add(work("b", 1)), queue.add(work("c", 5))];
  expect(await Promise.all(results)).toEqual(["a", "b", "c"]);
  expect(events).toEqual(["a", "b", "c"].flatMap((name) => [`${name} begins`, `${name} ends`]));
});

test("work that fails is the failure of its own caller, and the next goes on", async () => {
  const queue = new Queue();
  const failing = queue.add(() => Promise.reject(new Error("broken")));
  const next = queue.add(async () => 7);
  await expect(failing).rejects.toThrow("broken");
  expect(await next).toBe(7);
});
