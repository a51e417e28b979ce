/** What a page can compute on. */
import { DeviceError, type DeviceName, deviceNamed } from "../runtime/devices.ts";

export interface DeviceOptions {
  /** `auto` by default: WebGPU where the page has a graphics processor, else wasm. */
  readonly device?: DeviceName | "auto";
  /** Of wasm; by default all cores of a cross-origin isolated page, and one of others, which cannot have more. */
  readonly threads?: number;
  /**
   * Address of the folder, with a slash at the end, that ONNX Runtime's .mjs and .wasm files are taken from; by default
   * they are where the bundler put them.
   */
  readonly wasmPaths?: string;
}

/** A device, its threads, and why it was picked. */
export interface PickedDevice {
  readonly device: "wasm" | "webgpu";
  readonly threads: number;
  readonly reason: string;
}

/** What of a page's surroundings matters here; `navigator` and `self` have it. */
export interface Surroundings {
  readonly gpu?: Pick<GPU, "requestAdapter">;
  readonly hardwareConcurrency: number;
  readonly crossOriginIsolated: boolean;
}

/**
 * The wanted device, or for `auto` WebGPU where the page has a graphics processor and wasm elsewhere.
 * @throws {DeviceError} when the device is not one of browsers or not there, or several threads are asked of a page that
 *   is not cross-origin isolated.
 */
export async function pickDevice(
  wanted: DeviceName | "auto",
  askedThreads: number | undefined,
  surroundings: Surroundings,
): Promise<PickedDevice> {
  const { threads, why } = threadsOf(askedThreads, surroundings);
  if (wanted === "wasm") return { device: "wasm", threads, reason: why ?? "as asked for" };
  if (wanted !== "auto" && deviceNamed(wanted) !== "webgpu") {
    throw new DeviceError(
      `device "${wanted}" runs in Node; a page has wasm and webgpu, or auto for either`,
    );
  }
  const adapter = await surroundings.gpu?.requestAdapter();
  const software = adapter?.info?.isFallbackAdapter === true;
  if (wanted === "webgpu") {
    if (adapter) return { device: "webgpu", threads: 1, reason: "as asked for" };
    throw new DeviceError(
      `device "webgpu" is not available here: ${missing(surroundings)}; wasm, or auto, computes on the processor`,
    );
  }
  if (adapter && !software)
    return { device: "webgpu", threads: 1, reason: "the page has a graphics processor" };
  const reason = software ? "WebGPU is emulated on the processor" : missing(surroundings);
  return { device: "wasm", threads, reason: why ? `${reason}; ${why}` : reason };
}

const missing = ({ gpu }: Surroundings): string =>
  gpu
    ? "the browser found no graphics processor that it uses for WebGPU"
    : "the browser has no WebGPU, or the page is not from https or localhost";

/**
 * Threads of wasm, and why there is but one where the page cannot have more.
 * @throws {DeviceError} when it cannot have as many as are asked for, or that is no number of threads.
 */
function threadsOf(
  asked: number | undefined,
  { hardwareConcurrency, crossOriginIsolated }: Surroundings,
): { readonly threads: number; readonly why?: string } {
  if (asked !== undefined && !(Number.isInteger(asked) && asked > 0))
    throw new DeviceError(`threads must be a positive integer, got ${asked}`);
  if (crossOriginIsolated) return { threads: asked ?? hardwareConcurrency };
  if (asked !== undefined && asked > 1) {
    throw new DeviceError(
      `${asked} threads need a cross-origin isolated page: serve it with the headers Cross-Origin-Opener-Policy: ` +
        "same-origin and Cross-Origin-Embedder-Policy: require-corp, or leave threads out",
    );
  }
  return { threads: 1, why: "wasm in one thread, since the page is not cross-origin isolated" };
}
