/** Runs programs, several at a time where the machine allows it. */
import type { Program } from "../onnx/compile.ts";
import type { Target } from "../onnx/lowering/index.ts";
import { devices } from "./devices.ts";
import type { Tensors } from "./feeds.ts";
import { createSession, type Session, type SessionOptions } from "./session.ts";

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
  run(program: Program, feeds: readonly Tensors[]): Promise<Map<string, Float32Array>[]>;
  close(): Promise<void>;
}

/** Runs everything in the calling thread, one after the other: for tests, small programs and browsers' workers. */
export function inlineExecutor({ device, threads, target }: ExecutorOptions): Executor {
  const sessions = new SessionCache({ device, threads });
  return {
    device,
    threads,
    target: target ?? devices[device].target,
    lanes: 1,
    async prepare(program) {
      await sessions.get(program);
    },
    async run(program, feeds) {
      const session = await sessions.get(program);
      const results: Map<string, Float32Array>[] = [];
      for (const tensors of feeds) results.push(await session.run(tensors));
      return results;
    },
    close: () => sessions.release(),
  };
}

/** Sessions by program, created once. */
export class SessionCache {
  readonly #sessions = new Map<Program, Promise<Session>>();
  readonly #options: SessionOptions;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  get(program: Program): Promise<Session> {
    let session = this.#sessions.get(program);
    if (!session) {
      session = createSession(program, this.#options);
      this.#sessions.set(program, session);
      // A program that could not be loaded is not kept: there is nothing to release.
      session.catch(() => this.#sessions.delete(program));
    }
    return session;
  }

  async release(): Promise<void> {
    for (const session of this.#sessions.values()) await (await session).release();
    this.#sessions.clear();
  }
}
