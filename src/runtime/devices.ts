/** The devices a graph can run on, in one table. */
import type { Target } from "../onnx/lowering/index.ts";

export interface Device {
  /** ONNX Runtime's name of the execution provider. */
  readonly provider: string;
  /** The lowering that is fastest there. */
  readonly target: Target;
}

export const devices = {
  cpu: { provider: "cpu", target: "cpu" },
  wasm: { provider: "wasm", target: "cpu" },
  webgpu: { provider: "webgpu", target: "portable" },
  cuda: { provider: "cuda", target: "portable" },
} as const satisfies Record<string, Device>;

export type DeviceName = keyof typeof devices;

export const deviceNames = Object.keys(devices) as DeviceName[];

/** A device cannot be used here; the text says how to get it. */
export class DeviceError extends Error {
  override readonly name = "DeviceError";
}

/**
 * @throws {DeviceError} when there is no device of that name.
 */
export function deviceNamed(name: string): DeviceName {
  if (Object.hasOwn(devices, name)) return name as DeviceName;
  throw new DeviceError(`unknown device "${name}": choose one of ${deviceNames.join(", ")}`);
}
