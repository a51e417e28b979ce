/** The thread behind one lane of `workerExecutor`: loads programs and runs them, one request after the other. */
import { parentPort } from "node:worker_threads";
import { DeviceError } from "./devices.ts";
import type { Tensors } from "./feeds.ts";
import { createSession, type Session } from "./session.ts";
import type { LoadRequest, Reply, Request } from "./workerExecutor.ts";

const port = parentPort!;

/** A program, the memory that its feeds arrive in, and the worker's own copy: the runtime takes no shared memory. */
interface Loaded {
  readonly session: Session;
  readonly shared: Tensors;
  readonly own: Map<string, Float32Array>;
}

const programs = new Map<number, Loaded>();

async function load({ program, content, options, shared }: LoadRequest): Promise<void> {
  const session = await createSession(content, options);
  const own = new Map([...shared].map(([name, data]) => [name, new Float32Array(data.length)]));
  programs.set(program, { session, shared, own });
}

function run(
  { session, shared, own }: Loaded,
  changed: readonly string[],
): Promise<Map<string, Float32Array>> {
  for (const name of changed) own.get(name)!.set(shared.get(name)!);
  return session.run(own);
}

async function answer(request: Request): Promise<Extract<Reply, { results: unknown }>> {
  switch (request.kind) {
    case "load":
      await load(request);
      return { results: new Map() };
    case "run":
      return { results: await run(programs.get(request.program)!, request.changed) };
    case "close":
      for (const { session } of programs.values()) await session.release();
      return { results: new Map() };
  }
}

let queue = Promise.resolve();
port.on("message", (request: Request) => {
  queue = queue.then(async () => {
    try {
      const reply = await answer(request);
      const buffers = [...reply.results.values()].map((data) => data.buffer as ArrayBuffer);
      port.postMessage(reply, [...new Set(buffers)]);
    } catch (error) {
      port.postMessage({
        error: error instanceof Error ? error.message : String(error),
        deviceIsMissing: error instanceof DeviceError,
      } satisfies Reply);
    }
  });
});
