import { afterEach, expect, test, vi } from "vitest";
import { DeviceError, deviceChoice, deviceNamed } from "../../src/runtime/devices.ts";
import { computeInFullPrecision } from "../../src/runtime/fullPrecision.ts";
import { missingDevice } from "../../src/runtime/missingDevice.ts";
import { workerExecutor } from "../../src/runtime/workerExecutor.ts";

afterEach(() => vi.unstubAllEnvs());

test("an unknown device is an error that lists the known ones", () => {
  expect(() => deviceNamed("tpu")).toThrow(DeviceError);
  expect(() => deviceNamed("tpu")).toThrow("choose one of cpu, wasm, webgpu, cuda");
  expect(() => deviceChoice("toString")).toThrow("choose one of cpu, wasm, webgpu, cuda, auto");
});

test("auto is a choice of device, not a device", () => {
  expect(deviceChoice("auto")).toBe("auto");
  expect(deviceChoice("webgpu")).toBe("webgpu");
  expect(() => deviceNamed("auto")).toThrow(DeviceError);
});

test.each([
  ["cuda", "node", "onnx-distill doctor --install-cuda"],
  ["webgpu", "node", "libvulkan1"],
  ["webgpu", "browser", "chrome://flags/#enable-unsafe-webgpu"],
  ["wasm", "browser", "WebAssembly"],
  ["cuda", "browser", "browsers reach a GPU by webgpu"],
  ["cpu", "browser", "called wasm"],
] as const)("a missing %s in %s says how to get it, and the runtime's reason", (...given) => {
  const [device, platform, way] = given;
  const error = missingDevice(device, platform, "No supported adapters\nat main");
  expect(error).toBeInstanceOf(DeviceError);
  expect(error.message).toContain(`device "${device}" is not available here: `);
  expect(error.message).toContain(way);
  expect(error.message).toMatch(/\(No supported adapters\)$/);
});

test("CUDA is kept from rounding factors to ten bits, unless the user wants that", () => {
  vi.stubEnv("NVIDIA_TF32_OVERRIDE", undefined);
  computeInFullPrecision("webgpu");
  expect(process.env.NVIDIA_TF32_OVERRIDE).toBeUndefined();
  computeInFullPrecision("cuda");
  expect(process.env.NVIDIA_TF32_OVERRIDE).toBe("0");
  vi.stubEnv("NVIDIA_TF32_OVERRIDE", "1");
  computeInFullPrecision("cuda");
  expect(process.env.NVIDIA_TF32_OVERRIDE).toBe("1");
});

test("an executor of several threads does so before they start", async () => {
  vi.stubEnv("NVIDIA_TF32_OVERRIDE", undefined);
  await workerExecutor({ device: "cuda", workers: 1, threads: 1 }).close();
  expect(process.env.NVIDIA_TF32_OVERRIDE).toBe("0");
});
