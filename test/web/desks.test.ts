import { expect, test } from "vitest";
import { inlineExecutor } from "../../src/runtime/executor.ts";
import { Desks } from "../../src/web/desks.ts";

test("a desk that cannot be made leaves no executor open", async () => {
  const executor = inlineExecutor({ device: "cpu", threads: 1 });
  let closed = 0;
  const watched = { ...executor, close: async () => void closed++ };
  const open = new Desks().open(watched, () => {
    throw new Error("the graph is damaged");
  });
  await expect(open).rejects.toThrow("the graph is damaged");
  expect(closed).toBe(1);
});
