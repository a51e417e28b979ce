/** One loaded program. This is the only module that imports ONNX Runtime; in Node, wasm is another package of it. */
import * as ort from "#ort";
import { input } from "../ir/builders/index.ts";
import { compile, type Program } from "../onnx/compile.ts";
import { missingKernels, typedModel } from "../onnx/missingKernels.ts";
import { decodeModel } from "../onnx/protobuf/decodeModel.ts";
import { type DeviceName, devices, isGpu, type Platform } from "./devices.ts";
import { DeviceTensor, type Feed, type Feeds } from "./deviceTensor.ts";
import { type FedInput, fedInputs, type Tensors } from "./feeds.ts";
import { computeInFullPrecision } from "./fullPrecision.ts";
import { HeldConstants, type Uploads } from "./heldConstants.ts";
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

/** A program whose results stay on the device, some or all of them. */
export interface KeepingSession {
  /**
   * Runs once, like a `Session`.
   * @throws when an input is missing, has the wrong size or was released.
   */
  run(feeds: Feeds): Promise<Map<string, Feed>>;
  release(): Promise<void>;
}

/**
 * @throws {DeviceError} when the device is not available, with what to do about it.
 */
export async function createSession(program: Program, options: SessionOptions): Promise<Session> {
  const { run, release } = await createKeepingSession(program, [], options);
  // Nothing is kept.
  return { run: async (feeds) => (await run(feeds)) as Map<string, Float32Array>, release };
}

/**
 * A session whose outputs of the names in `kept` are device tensors, where the device keeps any. Of what it is fed,
 * constants stay there too.
 * @throws {DeviceError} when the device is not available, with what to do about it.
 */
export async function createKeepingSession(
  program: Program,
  kept: readonly string[],
  { device, threads }: SessionOptions,
): Promise<KeepingSession> {
  if (platform === "browser" && (device === "cpu" || device === "cuda"))
    throw missingDevice(device, platform, "onnxruntime-web has no such provider");
  const { oneRunAtATime, keepsTensors } = devices[device];
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> =>
    oneRunAtATime ? queue.add(work) : work();
  const runtime = await runtimeOf(device, threads);
  const staying = new Set(keepsTensors ? kept : []);
  const session = await inTurn(() => load(runtime, program, device, threads, [...staying]));
  const identities = new Identities(runtime, device, threads);
  const constants = keepsTensors ? new HeldConstants(identities) : undefined;
  const tensorOf = async ({ name, shape, data }: FedInput): Promise<ort.Tensor> => {
    if (data instanceof DeviceTensor) return contents.get(data)!;
    const held = await constants?.get(name, data, shape);
    return held ?? new runtime.Tensor("float32", data, shape);
  };
  const take = (result: ort.Tensor): Feed => {
    if (result.location === "cpu") return result.data as Float32Array;
    const size = result.dims.reduce((product, extent) => product * extent, 1);
    const tensor = new DeviceTensor(size, () => void inTurn(async () => result.dispose()));
    contents.set(tensor, result);
    return tensor;
  };
  return {
    run(feeds) {
      const inputs = fedInputs(program, feeds);
      return inTurn(async () => {
        const tensors: Record<string, ort.Tensor> = {};
        for (const input of inputs) tensors[input.name] = await tensorOf(input);
        const results = await session.run(tensors);
        return new Map(program.outputs.map(({ name }) => [name, take(results[name]!)]));
      });
    },
    release: () =>
      inTurn(async () => {
        constants?.release();
        await identities.release();
        await session.release();
      }),
  };
}

/** The runtime's tensors behind those that are handed out. */
const contents = new WeakMap<DeviceTensor, ort.Tensor>();

/**
 * Copies numbers into the device's memory, by a program that changes nothing: the runtime has no other way in Node. A
 * session for each shape.
 */
class Identities implements Uploads<ort.Tensor> {
  readonly #runtime: Runtime;
  readonly #device: DeviceName;
  readonly #threads: number;
  readonly #sessions = new Map<string, Promise<ort.InferenceSession>>();

  constructor(runtime: Runtime, device: DeviceName, threads: number) {
    this.#runtime = runtime;
    this.#device = device;
    this.#threads = threads;
  }

  async upload(data: Float32Array, shape: readonly number[]): Promise<ort.Tensor> {
    const key = shape.join();
    const known = this.#sessions.get(key);
    const loading =
      known ?? create(this.#runtime, identity(shape), this.#device, this.#threads, ["y"]);
    this.#sessions.set(key, loading);
    const session = await loading;
    const { y } = await session.run({ x: new this.#runtime.Tensor("float32", data, shape) });
    return y!;
  }

  dispose(tensor: ort.Tensor): void {
    tensor.dispose();
  }

  async release(): Promise<void> {
    for (const session of this.#sessions.values()) await (await session).release();
  }
}

function identity(shape: readonly number[]): Program {
  const x = input("x", shape);
  return compile({ name: "identity", inputs: [x], outputs: [{ name: "y", value: x }] });
}

async function runtimeOf(device: DeviceName, threads: number): Promise<Runtime> {
  computeInFullPrecision(device);
  const runtime: Runtime = device === "wasm" ? await import("#ort-wasm") : ort;
  // What it would print comes as an error too, which says what to do.
  runtime.env.logLevel = "fatal";
  if (runtime.env.versions.web !== undefined)
    runtime.env.wasm.numThreads = globalThis.crossOriginIsolated === false ? 1 : threads;
  return runtime;
}

async function load(
  runtime: Runtime,
  program: Program,
  device: DeviceName,
  threads: number,
  kept: readonly string[],
): Promise<ort.InferenceSession> {
  try {
    return await create(runtime, program, device, threads, kept);
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
  kept: readonly string[],
): Promise<ort.InferenceSession> =>
  runtime.InferenceSession.create(bytes, {
    executionProviders: [devices[device].provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Graphs are optimized before they get here: the runtime's passes only make loading slower.
    graphOptimizationLevel: isGpu(device) ? "all" : "disabled",
    // One block for all intermediate results saves little time and doubles the memory (docs/performance.md).
    enableMemPattern: false,
    ...(kept.length > 0
      ? { preferredOutputLocation: Object.fromEntries(kept.map((name) => [name, "gpu-buffer"])) }
      : {}),
    extra: {
      session: {
        // Threads that spin while they wait take the cores from whatever else runs on the machine.
        intra_op: { allow_spinning: "0" },
        // What a GPU has no kernel for would run on the processor, and nobody would know.
        ...(isGpu(device) ? { disable_cpu_ep_fallback: "1" } : {}),
      },
    },
  });

/** Whether a device takes the smallest program: tells a missing device from a graph that it refuses. */
async function isThere(runtime: Runtime, device: DeviceName): Promise<boolean> {
  try {
    await (await create(runtime, identity([1]), device, 1, [])).release();
    return true;
  } catch {
    return false;
  }
}
