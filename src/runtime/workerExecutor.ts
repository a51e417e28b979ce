/**
 * Runs programs in worker threads, one session per program and worker. ONNX Runtime's run() blocks the thread it
 * is called in, so this is what keeps the status line and Ctrl-C alive, and what uses several cores.
 */
import { Worker } from "node:worker_threads";
import type { Program } from "../onnx/compile.ts";
import { DeviceError, devices } from "./devices.ts";
import type { Executor, ExecutorOptions } from "./executor.ts";
import { fedInputs, isConstant, sharedInputs, type Tensors } from "./feeds.ts";
import type { SessionOptions } from "./session.ts";

export interface LoadRequest {
  readonly kind: "load";
  readonly program: number;
  readonly content: Program;
  readonly options: SessionOptions;
  /** Where the feeds of every run are found. */
  readonly shared: Tensors;
}

/** What the calling thread sends. The feeds of a run are in the program's shared memory, `changed` since the last one. */
export type Request =
  | LoadRequest
  | { readonly kind: "run"; readonly program: number; readonly changed: readonly string[] }
  | { readonly kind: "close" };

/** What a worker answers, in the order of the requests. */
export type Reply =
  | { readonly results: Map<string, Float32Array> }
  | { readonly error: string; readonly deviceIsMissing: boolean };

export interface WorkerOptions extends ExecutorOptions {
  readonly workers: number;
}

export function workerExecutor({ workers, device, threads, target }: WorkerOptions): Executor {
  const lanes = Array.from({ length: workers }, () => new Lane({ device, threads }));
  const programs = new Map<Program, number>();
  const idOf = (program: Program): number => {
    const id = programs.get(program) ?? programs.size;
    programs.set(program, id);
    return id;
  };
  return {
    device,
    threads,
    target: target ?? devices[device].target,
    lanes: workers,
    async prepare(program) {
      const id = idOf(program);
      await Promise.all(lanes.map((lane) => lane.load(id, program)));
    },
    async run(program, feeds) {
      const id = idOf(program);
      // Feed i always goes to lane i mod workers: what is computed where does not depend on timing.
      return Promise.all(feeds.map((tensors, i) => lanes[i % workers]!.run(id, program, tensors)));
    },
    async close() {
      await Promise.all(lanes.map((lane) => lane.close()));
    },
  };
}

interface Pending {
  resolve(results: Map<string, Float32Array>): void;
  reject(error: Error): void;
}

/** A program in a worker, and the memory that its feeds are handed over in. */
interface Loaded {
  readonly shared: Map<string, Float32Array>;
  readonly loading: Promise<Map<string, Float32Array>>;
  /** Constant feeds that the worker has. */
  readonly held: Map<string, Float32Array>;
  ready: boolean;
}

/** A worker and the requests it has not answered yet. */
class Lane {
  readonly #worker = new Worker(new URL("./worker.js", import.meta.url), { execArgv: [] });
  readonly #pending: Pending[] = [];
  readonly #loaded = new Map<number, Loaded>();
  /** Settles when the last run has been answered; undefined while the lane is idle. */
  #running: Promise<void> | undefined;
  readonly #options: SessionOptions;
  #failure: Error | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#worker.on("message", (reply: Reply) => {
      const next = this.#pending.shift()!;
      if ("results" in reply) next.resolve(reply.results);
      else next.reject(new (reply.deviceIsMissing ? DeviceError : Error)(reply.error));
    });
    this.#worker.on("error", (error) =>
      this.#fail(error instanceof Error ? error : new Error(String(error))),
    );
    this.#worker.on("exit", (code) =>
      this.#fail(new Error(`a worker stopped with exit code ${code}`)),
    );
  }

  /** Loads a program once; one that could not be loaded is tried again when it is next needed. */
  load(id: number, program: Program): Promise<Map<string, Float32Array>> {
    const known = this.#loaded.get(id);
    if (known) return known.loading;
    const shared = sharedInputs(program);
    const options = this.#options;
    const loading = this.#send({ kind: "load", program: id, content: program, options, shared });
    const loaded: Loaded = { shared, loading, held: new Map(), ready: false };
    this.#loaded.set(id, loaded);
    loading.then(
      () => {
        loaded.ready = true;
      },
      () => this.#loaded.delete(id),
    );
    return loading;
  }

  /**
   * Runs follow each other: feeds are written when the run before has been answered, at once where there is none,
   * so that the worker computes while the caller goes on.
   */
  run(id: number, program: Program, feeds: Tensors): Promise<Map<string, Float32Array>> {
    const start = () => this.#start(id, program, feeds);
    const result = this.#running ? this.#running.then(start) : start();
    const settled: Promise<void> = result.then(
      () => this.#idleAfter(settled),
      () => this.#idleAfter(settled),
    );
    this.#running = settled;
    return result;
  }

  #idleAfter(run: Promise<void>): void {
    if (this.#running === run) this.#running = undefined;
  }

  async #start(id: number, program: Program, feeds: Tensors): Promise<Map<string, Float32Array>> {
    if (!this.#loaded.get(id)?.ready) await this.load(id, program);
    const { shared, held } = this.#loaded.get(id)!;
    const changed = fedInputs(program, feeds).filter(({ name, data }) => held.get(name) !== data);
    for (const { name, data } of changed) {
      shared.get(name)!.set(data);
      if (isConstant(data)) held.set(name, data);
      else held.delete(name);
    }
    return this.#send({ kind: "run", program: id, changed: changed.map(({ name }) => name) });
  }

  /** Closes after the runs that were asked for before. */
  async close(): Promise<void> {
    while (this.#running) await this.#running;
    await this.#send({ kind: "close" }).catch(() => {});
    await this.#worker.terminate();
  }

  #send(request: Request): Promise<Map<string, Float32Array>> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      this.#pending.push({ resolve, reject });
      this.#worker.postMessage(request);
    });
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const pending of this.#pending.splice(0)) pending.reject(error);
  }
}
