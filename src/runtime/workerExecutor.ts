/**
 * Runs programs in worker threads, one session per program and worker. ONNX Runtime's run() blocks the thread it
 * is called in, so this is what keeps the status line and Ctrl-C alive, and what uses several cores.
 */
import { Worker } from "node:worker_threads";
import type { Program } from "../onnx/compile.ts";
import { DeviceError, devices } from "./devices.ts";
import { DeviceTensor, type Feed, type Feeds } from "./deviceTensor.ts";
import type { Executor, ExecutorOptions } from "./executor.ts";
import { fedInputs, isConstant, sharedInputs, type Tensors } from "./feeds.ts";
import { computeInFullPrecision } from "./fullPrecision.ts";
import type { SessionOptions } from "./session.ts";

export interface LoadRequest {
  readonly kind: "load";
  readonly program: number;
  readonly content: Program;
  /** Outputs that stay on the device. */
  readonly kept: readonly string[];
  readonly options: SessionOptions;
  /** Where the feeds of every run are found. */
  readonly shared: Tensors;
}

export interface RunRequest {
  readonly kind: "run";
  readonly program: number;
  /** Inputs whose numbers in the program's shared memory changed since its last run. */
  readonly changed: readonly string[];
  /** Those of them that never change again. */
  readonly constant: readonly string[];
  /** Inputs that are fed from the device, with the numbers of their tensors. */
  readonly onDevice: ReadonlyMap<string, number>;
}

/** What the calling thread sends. */
export type Request =
  | LoadRequest
  | RunRequest
  | { readonly kind: "release"; readonly tensor: number }
  | { readonly kind: "close" };

/** A result that stays on the device: its number in the worker, and how many numbers it holds. */
export interface Kept {
  readonly tensor: number;
  readonly length: number;
}

type Results = Map<string, Float32Array | Kept>;

/** What a worker answers, in the order of the requests. */
export type Reply =
  | { readonly results: Results }
  | { readonly error: string; readonly deviceIsMissing: boolean };

export interface WorkerOptions extends ExecutorOptions {
  readonly workers: number;
}

/**
 * @throws {DeviceError} when several workers are asked for on a device that only one thread of a process can use.
 */
export function workerExecutor({ workers, device, threads, target }: WorkerOptions): Executor {
  if (workers > 1 && devices[device].oneThread) {
    throw new DeviceError(
      `device "${device}" takes one worker, got ${workers}: two threads that use it end the process`,
    );
  }
  computeInFullPrecision(device);
  const lanes = Array.from({ length: workers }, () => new Lane({ device, threads }));
  const programs = new Map<Program, Map<string, number>>();
  let ids = 0;
  const idOf = (program: Program, kept: readonly string[]): number => {
    const ofProgram = programs.get(program) ?? new Map<string, number>();
    programs.set(program, ofProgram);
    const key = kept.join();
    const id = ofProgram.get(key) ?? ids++;
    ofProgram.set(key, id);
    return id;
  };
  const runKeeping = (
    program: Program,
    kept: readonly string[],
    feeds: readonly Feeds[],
  ): Promise<Map<string, Feed>[]> => {
    const loading = { id: idOf(program, kept), program, kept };
    // Feed i always goes to lane i mod workers: what is computed where does not depend on timing.
    return Promise.all(feeds.map((tensors, i) => lanes[i % workers]!.run(loading, tensors)));
  };
  return {
    device,
    threads,
    target: target ?? devices[device].target,
    lanes: workers,
    async prepare(program) {
      const loading = { id: idOf(program, []), program, kept: [] };
      await Promise.all(lanes.map((lane) => lane.load(loading)));
    },
    async run(program, feeds) {
      return (await runKeeping(program, [], feeds)) as Map<string, Float32Array>[];
    },
    ...(devices[device].keepsTensors ? { runKeeping } : {}),
    async close() {
      await Promise.all(lanes.map((lane) => lane.close()));
    },
  };
}

/** A program as a worker knows it. */
interface Loading {
  readonly id: number;
  readonly program: Program;
  readonly kept: readonly string[];
}

interface Pending {
  resolve(results: Results): void;
  reject(error: Error): void;
}

/** A program in a worker, and the memory that its feeds are handed over in. */
interface Loaded {
  readonly shared: Map<string, Float32Array>;
  readonly loading: Promise<Results>;
  /** Constant feeds that the worker has. */
  readonly held: Map<string, Float32Array>;
  ready: boolean;
}

/** A worker and the requests it has not answered yet. */
class Lane {
  readonly #worker = new Worker(new URL("./worker.js", import.meta.url), { execArgv: [] });
  readonly #pending: Pending[] = [];
  readonly #loaded = new Map<number, Loaded>();
  /** Numbers of the device tensors that the worker holds. */
  readonly #tensors = new WeakMap<DeviceTensor, number>();
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
  load({ id, program, kept }: Loading): Promise<Results> {
    const known = this.#loaded.get(id);
    if (known) return known.loading;
    const shared = sharedInputs(program);
    const options = this.#options;
    const request = { kind: "load", program: id, content: program, kept, options, shared } as const;
    const loading = this.#send(request);
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
  run(loading: Loading, feeds: Feeds): Promise<Map<string, Feed>> {
    const start = () => this.#start(loading, feeds);
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

  async #start(loading: Loading, feeds: Feeds): Promise<Map<string, Feed>> {
    const { id, program } = loading;
    if (!this.#loaded.get(id)?.ready) await this.load(loading);
    const { shared, held } = this.#loaded.get(id)!;
    const onDevice = new Map<string, number>();
    const changed: string[] = [];
    const constant: string[] = [];
    for (const { name, data } of fedInputs(program, feeds)) {
      if (data instanceof DeviceTensor) {
        onDevice.set(name, this.#tensors.get(data)!);
        held.delete(name);
      } else if (held.get(name) !== data) {
        shared.get(name)!.set(data);
        changed.push(name);
        if (isConstant(data)) {
          held.set(name, data);
          constant.push(name);
        } else held.delete(name);
      }
    }
    const results = await this.#send({ kind: "run", program: id, changed, constant, onDevice });
    return new Map([...results].map(([name, result]) => [name, this.#take(result)]));
  }

  /** A result, or what stands for it here while it stays on the device. */
  #take(result: Float32Array | Kept): Feed {
    if (result instanceof Float32Array) return result;
    const { tensor, length } = result;
    const handle = new DeviceTensor(length, () => {
      // A worker that has ended has released everything.
      this.#send({ kind: "release", tensor }).catch(() => {});
    });
    this.#tensors.set(handle, tensor);
    return handle;
  }

  /** Closes after the runs that were asked for before. */
  async close(): Promise<void> {
    while (this.#running) await this.#running;
    await this.#send({ kind: "close" }).catch(() => {});
    await this.#worker.terminate();
  }

  #send(request: Request): Promise<Results> {
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
