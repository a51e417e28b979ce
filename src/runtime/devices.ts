/** The devices a graph can run on, in one table. */
import type { Target } from "../onnx/lowering/index.ts";

export interface Device {
  /** ONNX Runtime's name of the execution provider. */
  readonly provider: string;
  /** The lowering that is fastest there. */
  readonly target: Target;
  /** Whether results can stay in its memory and be fed from there. */
  readonly keepsTensors: boolean;
  /** Whether only one thread of a process can use it. */
  readonly oneThread: boolean;
  /** Whether two runs at the same time end badly, so that they queue for the whole page or thread. */
  readonly oneRunAtATime: boolean;
}

export const devices = {
  cpu: {
    provider: "cpu",
    target: "cpu",
    keepsTensors: false,
    oneThread: false,
    oneRunAtATime: false,
  },
  wasm: {
    provider: "wasm",
    target: "cpu",
    keepsTensors: false,
    oneThread: false,
    oneRunAtATime: true,
  },
  webgpu: {
    provider: "webgpu",
    target: "portable",
    keepsTensors: true,
    oneThread: true,
    oneRunAtATime: true,
  },
  cuda: {
    provider: "cuda",
    target: "portable",
    keepsTensors: false,
    oneThread: false,
    oneRunAtATime: false,
  },
} as const satisfies Record<string, Device>;

export type DeviceName = keyof typeof devices;

export const deviceNames = Object.keys(devices) as DeviceName[];

/** Where a program runs. */
export type Platform = "node" | "browser";

/** The devices that a platform may have, of which `auto` is one. */
export const candidates: Readonly<Record<Platform, readonly DeviceName[]>> = {
  node: ["cpu", "webgpu", "cuda"],
  browser: ["wasm", "webgpu"],
};

export const isGpu = (device: DeviceName): boolean => device === "webgpu" || device === "cuda";

/** Relative L2 error against float64 up to which a device computes a single meta-gradient right. */
export const tolerance = (device: DeviceName): number => (isGpu(device) ? 1e-3 : 1e-5);

/** A device, or `auto` for the one that `chooseDevice` finds. */
export type DeviceChoice = DeviceName | "auto";

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

/**
 * A device by its name, or `auto`.
 * @throws {DeviceError} when it is neither.
 */
export function deviceChoice(name: string): DeviceChoice {
  if (name === "auto" || Object.hasOwn(devices, name)) return name as DeviceChoice;
  const known = [...deviceNames, "auto"].join(", ");
  throw new DeviceError(`unknown device "${name}": choose one of ${known}`);
}
