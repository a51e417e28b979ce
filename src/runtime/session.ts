/** One loaded program. This is the only module that imports ONNX Runtime; in Node, wasm is another package of it. */
import * as ort from "#ort";
import { input } from "../ir/builders/index.ts";
import { compile, type Program } from "../onnx/compile.ts";
import { missingKernels, typedModel } from "../onnx/missingKernels.ts";
import { decodeModel } from "../onnx/protobuf/decodeModel.ts";
import { type DeviceName, devices, type Platform } from "./devices.ts";
import { fedInputs, type Tensors } from "./feeds.ts";
import { missingDevice } from "./missingDevice.ts";
import { Queue } from "./queue.ts";

export interface SessionOptions {
  readonly device: DeviceName;
  /**
   * Threads inside one operator. With wasm the first session decides for all, and a page that is not cross-origin
   * isolated has one.
   */
  readonly threads: number;
}

/** A program loaded on a device. */
export interface Session {
  /**
   * Runs once; tensors that the program does not take are ignored. Runs of wasm and WebGPU wait for each other,
   * whatever session they are of.
   * @throws when an input is missing or has the wrong size.
   */
  run(feeds: Tensors): Promise<Map<string, Float32Array>>;
  release(): Promise<void>;
}

/** Version of the ONNX Runtime in use. */
export const runtimeVersion = (): string => Object.values(ort.env.versions)[0] ?? "unknown";

export const platform: Platform = ort.env.versions.node === undefined ? "browser" : "node";

type Runtime = Pick<typeof ort, "InferenceSession" | "Tensor" | "env">;

/** In a page, loading and running take turns: two at once end in "memory access out of bounds". */
const queue = new Queue();

/**
 * @throws {DeviceError} when the device is not available, with what to do about it.
 */
export async function createSession(
  program: Program,
  { device, threads }: SessionOptions,
): Promise<Session> {
  if (platform === "browser" && (device === "cpu" || device === "cuda"))
    throw missingDevice(device, platform, "onnxruntime-web has no such provider");
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> =>
    devices[device].oneRunAtATime ? queue.add(work) : work();
  const runtime = await runtimeOf(device, threads);
  const session = await inTurn(() => load(runtime, program, device, threads));
  return {
    async run(feeds) {
      const tensors: Record<string, ort.Tensor> = {};
      for (const { name, shape, data } of fedInputs(program, feeds))
        tensors[name] = new runtime.Tensor("float32", data, shape);
      const results = await inTurn(() => session.run(tensors));
      return new Map(
        program.outputs.map(({ name }) => [name, results[name]!.data as Float32Array]),
      );
    },
    release: () => inTurn(() => session.release()),
  };
}

async function runtimeOf(device: DeviceName, threads: number): Promise<Runtime> {
  const runtime: Runtime = device === "wasm" ? await import("#ort-wasm") : ort;
  if (runtime.env.versions.web !== undefined)
    runtime.env.wasm.numThreads = globalThis.crossOriginIsolated === false ? 1 : threads;
  return runtime;
}

async function load(
  runtime: Runtime,
  program: Program,
  device: DeviceName,
  threads: number,
): Promise<ort.InferenceSession> {
  try {
    return await create(runtime, program, device, threads);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (!(await isThere(runtime, device))) throw missingDevice(device, platform, reason);
    throw new Error(
      `ONNX Runtime refused the graph "${program.name}": ${reason}${missingIn(program, device)}`,
    );
  }
}

/** The nodes that a device is known to have no kernel for; the runtime only says that there are some. */
function missingIn({ bytes }: Program, device: DeviceName): string {
  try {
    const missing = missingKernels(typedModel(decodeModel(bytes)), device);
    return missing.length > 0 ? ` (${missing.slice(0, MOST_NAMED).join("; ")})` : "";
  } catch {
    return "";
  }
}

const MOST_NAMED = 5;

const create = (
  runtime: Runtime,
  { bytes }: Program,
  device: DeviceName,
  threads: number,
): Promise<ort.InferenceSession> =>
  runtime.InferenceSession.create(bytes, {
    executionProviders: [devices[device].provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Graphs are optimized before they get here: the runtime's passes only make loading slower.
    graphOptimizationLevel: device === "cpu" ? "disabled" : "all",
    // One block for all intermediate results saves little time and doubles the memory (docs/performance.md).
    enableMemPattern: false,
    extra: {
      session: {
        // Threads that spin while they wait take the cores from whatever else runs on the machine.
        intra_op: { allow_spinning: "0" },
        // What a GPU has no kernel for would run on the processor, and nobody would know.
        ...(isGpu(device) ? { disable_cpu_ep_fallback: "1" } : {}),
      },
    },
  });

const isGpu = (device: DeviceName): boolean => device === "webgpu" || device === "cuda";

/** Whether a device takes the smallest program: tells a missing device from a graph that it refuses. */
async function isThere(runtime: Runtime, device: DeviceName): Promise<boolean> {
  const x = input("x", [1]);
  const smallest = compile({
    name: "smallest",
    inputs: [x],
    outputs: [{ name: "y", value: x }],
  });
  try {
    await (await create(runtime, smallest, device, 1)).release();
    return true;
  } catch {
    return false;
  }
}
