/** Runs programs, several at a time where the machine allows it. */
import type { Program } from "../onnx/compile.ts";
import type { Target } from "../onnx/lowering/index.ts";
import { devices } from "./devices.ts";
import type { Feed, Feeds } from "./deviceTensor.ts";
import { inParts } from "./inParts.ts";
import { createKeepingSession, type KeepingSession, type SessionOptions } from "./session.ts";

/** Where programs run, and the lowering to compile them with: by default the device's. */
export interface ExecutorOptions extends SessionOptions {
  readonly target?: Target;
}

export interface Executor extends SessionOptions {
  readonly target: Target;
  /** How many runs proceed at the same time. */
  readonly lanes: number;
  /**
   * Loads a program on every lane, so that a missing device or a refused graph shows before anything else is done.
   * @throws {DeviceError} when the device is not available.
   */
  prepare(program: Program): Promise<void>;
  /**
   * Runs a program on each of the feeds and returns the results in the same order. The program is loaded
   * when it is first seen.
   */
  run(program: Program, feeds: readonly Feeds[]): Promise<Map<string, Float32Array>[]>;
  /**
   * The same with the outputs of the names in `kept` left on the device, for feeding this executor again. Where there
   * is no such method nothing can be kept: `runKeeping` does either.
   */
  runKeeping?(
    program: Program,
    kept: readonly string[],
    feeds: readonly Feeds[],
  ): Promise<Map<string, Feed>[]>;
  /** Gives everything back; what is asked of it afterwards is refused. */
  close(): Promise<void>;
}

/** Runs with outputs left on the device where the executor can; the caller releases device tensors. */
export const runKeeping = (
  executor: Executor,
  program: Program,
  kept: readonly string[],
  feeds: readonly Feeds[],
): Promise<Map<string, Feed>[]> =>
  executor.runKeeping?.(program, kept, feeds) ?? executor.run(program, feeds);

/** Runs everything in the calling thread, one after the other: for tests, small programs and browsers' workers. */
export function inlineExecutor({ device, threads, target }: ExecutorOptions): Executor {
  const sessions = new SessionCache({ device, threads });
  const runKeeping = async (
    program: Program,
    kept: readonly string[],
    feeds: readonly Feeds[],
  ): Promise<Map<string, Feed>[]> => {
    const session = await sessions.get(program, kept);
    return inParts(
      feeds,
      1,
      () => {},
      async ([tensors]) => [await session.run(tensors!)],
    );
  };
  return {
    device,
    threads,
    target: target ?? devices[device].target,
    lanes: 1,
    async prepare(program) {
      await sessions.get(program, []);
    },
    async run(program, feeds) {
      return (await runKeeping(program, [], feeds)) as Map<string, Float32Array>[];
    },
    ...(devices[device].keepsTensors ? { runKeeping } : {}),
    close: () => sessions.release(),
  };
}

/** Sessions by program and what they keep on the device, created once. */
class SessionCache {
  readonly #sessions = new Map<Program, Map<string, Promise<KeepingSession>>>();
  readonly #options: SessionOptions;
  #closed = false;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  async get(program: Program, kept: readonly string[]): Promise<KeepingSession> {
    if (this.#closed) throw new Error("the executor is closed: make another to run programs");
    const ofProgram = this.#sessions.get(program) ?? new Map();
    this.#sessions.set(program, ofProgram);
    const key = kept.join();
    const known = ofProgram.get(key);
    if (known) return known;
    const session = createKeepingSession(program, kept, this.#options);
    ofProgram.set(key, session);
    // A program that could not be loaded is not kept: there is nothing to release.
    session.catch(() => ofProgram.delete(key));
    return session;
  }

  /** @throws what the first session that could not be released says, after the others. */
  async release(): Promise<void> {
    this.#closed = true;
    const sessions = [...this.#sessions.values()].flatMap((ofProgram) => [...ofProgram.values()]);
    this.#sessions.clear();
    const releases = sessions.map(async (session) => (await session).release());
    for (const result of await Promise.allSettled(releases))
      if (result.status === "rejected") throw result.reason;
  }
}
