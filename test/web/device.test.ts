import { expect, test } from "vitest";
import { DeviceError } from "../../src/runtime/devices.ts";
import { pickDevice } from "../../src/web/device.ts";
import { openWorkbench } from "../../src/web/workbench.ts";

const gpu = (isFallbackAdapter: boolean | undefined) => ({
  requestAdapter: async () =>
    isFallbackAdapter === undefined ? null : ({ info: { isFallbackAdapter } } as GPUAdapter),
});
const page = { hardwareConcurrency: 4, crossOriginIsolated: false };
const isolated = { ...page, crossOriginIsolated: true };

test.each([
  ["WebGPU where the page has a graphics processor", { ...page, gpu: gpu(false) }, "webgpu", 1],
  ["wasm where WebGPU is emulated", { ...page, gpu: gpu(true) }, "wasm", 1],
  ["wasm where there is no adapter", { ...page, gpu: gpu(undefined) }, "wasm", 1],
  ["wasm where there is no WebGPU", page, "wasm", 1],
  ["wasm with every core of an isolated page", isolated, "wasm", 4],
])("auto picks %s, and says why", async (_, surroundings, device, threads) => {
  const picked = await pickDevice("auto", undefined, surroundings);
  expect(picked).toMatchObject({ device, threads });
  expect(picked.reason).not.toBe("");
});

test("a device or threads that a page cannot have are an error that says what to do", async () => {
  await expect(pickDevice("wasm", 2, page)).rejects.toThrow(
    /2 threads need a cross-origin isolated page: .*Cross-Origin-Opener-Policy/,
  );
  await expect(pickDevice("webgpu", undefined, page)).rejects.toThrow(/the browser has no WebGPU/);
  await expect(pickDevice("webgpu", undefined, { ...page, gpu: gpu(undefined) })).rejects.toThrow(
    /found no graphics processor .*; wasm, or auto, computes on the processor/,
  );
  await expect(pickDevice("wasm", -1, isolated)).rejects.toThrow(
    "threads must be a positive integer, got -1",
  );
  await expect(pickDevice("cpu", undefined, page)).rejects.toThrow(
    'device "cpu" runs in Node; a page has wasm and webgpu',
  );
  expect(await pickDevice("wasm", 2, isolated)).toEqual({
    device: "wasm",
    threads: 2,
    reason: "as asked for",
  });
});

test("a workbench in Node is an error that says what does its work there", async () => {
  await expect(openWorkbench()).rejects.toThrow(DeviceError);
  await expect(openWorkbench()).rejects.toThrow("in Node runRecipe and workerExecutor");
});
