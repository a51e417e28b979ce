/** The thread behind one lane of `workerExecutor`: loads programs and runs them, one request after the other. */
import { parentPort } from "node:worker_threads";
import { DeviceError } from "./devices.ts";
import { DeviceTensor, type Feed } from "./deviceTensor.ts";
import { isConstant, keepConstant, type Tensors } from "./feeds.ts";
import { createKeepingSession, type KeepingSession } from "./session.ts";
import type { Kept, LoadRequest, Reply, Request, RunRequest } from "./workerExecutor.ts";

const port = parentPort!;

/** A program, the memory that its feeds arrive in, and the worker's own copy: the runtime takes no shared memory. */
interface Loaded {
  readonly session: KeepingSession;
  readonly shared: Tensors;
  readonly own: Map<string, Float32Array>;
}

type Answer = Extract<Reply, { results: unknown }>;

const programs = new Map<number, Loaded>();

/** Results that stay on the device, by number. */
const tensors = new Map<number, DeviceTensor>();
let numbers = 0;

async function load({ program, content, kept, options, shared }: LoadRequest): Promise<void> {
  const session = await createKeepingSession(content, kept, options);
  const own = new Map([...shared].map(([name, data]) => [name, new Float32Array(data.length)]));
  programs.set(program, { session, shared, own });
}

async function run({ program, changed, constant, onDevice }: RunRequest): Promise<Answer> {
  const { session, shared, own } = programs.get(program)!;
  for (const name of changed) {
    // An array that was declared constant is never written again: others take its place.
    if (isConstant(own.get(name)!) || constant.includes(name))
      own.set(name, new Float32Array(shared.get(name)!));
    else own.get(name)!.set(shared.get(name)!);
  }
  for (const name of constant) keepConstant(own.get(name)!);
  const feeds = new Map<string, Feed>(own);
  for (const [name, tensor] of onDevice) feeds.set(name, tensors.get(tensor)!);
  const results = await session.run(feeds);
  return { results: new Map([...results].map(([name, result]) => [name, store(result)])) };
}

function store(result: Feed): Float32Array | Kept {
  if (!(result instanceof DeviceTensor)) return result;
  const tensor = numbers++;
  tensors.set(tensor, result);
  return { tensor, length: result.length };
}

async function answer(request: Request): Promise<Answer> {
  const done: Answer = { results: new Map() };
  switch (request.kind) {
    case "load":
      await load(request);
      return done;
    case "run":
      return run(request);
    case "release":
      tensors.get(request.tensor)?.release();
      tensors.delete(request.tensor);
      return done;
    case "close":
      for (const tensor of tensors.values()) tensor.release();
      for (const { session } of programs.values()) await session.release();
      return done;
  }
}

let queue = Promise.resolve();
port.on("message", (request: Request) => {
  queue = queue.then(async () => {
    try {
      const reply = await answer(request);
      const buffers = [...reply.results.values()].flatMap((result) =>
        result instanceof Float32Array ? [result.buffer as ArrayBuffer] : [],
      );
      port.postMessage(reply, [...new Set(buffers)]);
    } catch (error) {
      port.postMessage({
        error: error instanceof Error ? error.message : String(error),
        deviceIsMissing: error instanceof DeviceError,
      } satisfies Reply);
    }
  });
});
