import { expect, test } from "vitest";
import { DeviceError, deviceChoice, deviceNamed } from "../../src/runtime/devices.ts";
import { missingDevice } from "../../src/runtime/missingDevice.ts";

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
