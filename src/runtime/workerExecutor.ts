/**
 * Runs programs in worker threads, one session per program and worker. ONNX Runtime's run() blocks the thread it
 * is called in, so this is what keeps the status line and Ctrl-C alive, and what uses several cores.
 */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Program } from "../onnx/compile.ts";
import type { Executor } from "./executor.ts";
import type { SessionOptions, Tensors } from "./session.ts";

/** What the calling thread sends. */
export type Request =
  | {
      readonly kind: "load";
      readonly program: number;
      readonly content: Program;
      readonly options: SessionOptions;
    }
  | { readonly kind: "run"; readonly program: number; readonly feeds: Tensors }
  | { readonly kind: "close" };

/** What a worker answers, in the order of the requests. */
export type Reply = { readonly results?: Map<string, Float32Array>; readonly error?: string };

export interface WorkerOptions extends SessionOptions {
  readonly workers: number;
}

/** One single-threaded worker per core: for small graphs faster than one session with many threads. */
export const defaultWorkers = (): number => availableParallelism();

export function workerExecutor({ workers, device, threads }: WorkerOptions): Executor {
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

/** A worker and the requests it has not answered yet. */
class Lane {
  readonly #worker = new Worker(new URL("./worker.js", import.meta.url), { execArgv: [] });
  readonly #pending: Pending[] = [];
  readonly #loaded = new Set<number>();
  readonly #options: SessionOptions;
  #failure: Error | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#worker.on("message", ({ results, error }: Reply) => {
      const next = this.#pending.shift()!;
      if (error === undefined) next.resolve(results!);
      else next.reject(new Error(error));
    });
    this.#worker.on("error", (error) =>
      this.#fail(error instanceof Error ? error : new Error(String(error))),
    );
    this.#worker.on("exit", (code) =>
      this.#fail(new Error(`a worker stopped with exit code ${code}`)),
    );
  }

  async load(id: number, program: Program): Promise<void> {
    if (this.#loaded.has(id)) return;
    this.#loaded.add(id);
    await this.#send({ kind: "load", program: id, content: program, options: this.#options });
  }

  async run(id: number, program: Program, feeds: Tensors): Promise<Map<string, Float32Array>> {
    await this.load(id, program);
    const wanted = new Map(
      program.inputs.flatMap(({ name }) => {
        const data = feeds.get(name);
        return data ? [[name, data] as const] : [];
      }),
    );
    return this.#send({ kind: "run", program: id, feeds: wanted });
  }

  async close(): Promise<void> {
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
