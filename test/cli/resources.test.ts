import { totalmem } from "node:os";
import { expect, test } from "vitest";
import { startExecutor } from "../../src/cli/resources.ts";
import { stripesProblem } from "../distill/stripesProblem.ts";

const memoryOn = async (device: string, memory?: number): Promise<number> => {
  const resources = await startExecutor({ device, memory }, () => {}, stripesProblem());
  await resources.executor.close();
  return resources.memory;
};

test("a run may use half of the machine's memory, on a GPU no more than most of these have", async () => {
  expect(await memoryOn("cpu")).toBe(totalmem() / 2);
  expect(await memoryOn("webgpu")).toBe(Math.min(totalmem() / 2, 8e9));
  expect(await memoryOn("webgpu", 2e10)).toBe(2e10);
});
