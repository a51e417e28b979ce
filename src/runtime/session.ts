/** One loaded program. This is the only module that imports ONNX Runtime; in Node, wasm is another package of it. */
import * as ort from "#ort";
import type { Program } from "../onnx/compile.ts";
import { DeviceError, type DeviceName, devices } from "./devices.ts";
import { fedInputs, type Tensors } from "./feeds.ts";

export interface SessionOptions {
  readonly device: DeviceName;
  /** Threads inside one operator. */
  readonly threads: number;
}

/** A program loaded on a device. */
export interface Session {
  /**
   * Runs once; tensors that the program does not take are ignored.
   * @throws when an input is missing or has the wrong size.
   */
  run(feeds: Tensors): Promise<Map<string, Float32Array>>;
  release(): Promise<void>;
}

/** Version of the ONNX Runtime in use. */
export const runtimeVersion = (): string => Object.values(ort.env.versions)[0] ?? "unknown";

/**
 * @throws {DeviceError} when the device is not available.
 */
export async function createSession(
  program: Program,
  { device, threads }: SessionOptions,
): Promise<Session> {
  const runtime = device === "wasm" ? await import("#ort-wasm") : ort;
  const session = await load(runtime, program, device, threads);
  return {
    async run(feeds) {
      const tensors: Record<string, ort.Tensor> = {};
      for (const { name, shape, data } of fedInputs(program, feeds))
        tensors[name] = new runtime.Tensor("float32", data, shape);
      const results = await session.run(tensors);
      return new Map(
        program.outputs.map(({ name }) => [name, results[name]!.data as Float32Array]),
      );
    },
    release: () => session.release(),
  };
}

async function load(
  runtime: Pick<typeof ort, "InferenceSession">,
  program: Program,
  device: DeviceName,
  threads: number,
): Promise<ort.InferenceSession> {
  try {
    return await runtime.InferenceSession.create(program.bytes, {
      executionProviders: [devices[device].provider],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // Graphs are optimized before they get here: the runtime's passes only make loading slower.
      graphOptimizationLevel: device === "cpu" ? "disabled" : "all",
      // One block for all intermediate results saves little time and doubles the memory (docs/performance.md).
      enableMemPattern: false,
      // Threads that spin while they wait take the cores from whatever else runs on the machine.
      extra: { session: { intra_op: { allow_spinning: "0" } } },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (/provider|backend|shared library|no available/i.test(reason) && device !== "cpu") {
      throw new DeviceError(`device "${device}" is not available here: ${reason}`);
    }
    throw new Error(`ONNX Runtime refused the graph "${program.name}": ${reason}`);
  }
}
