/** The thread behind one lane of `workerExecutor`: loads programs and runs them, one request after the other. */
import { parentPort } from "node:worker_threads";
import { createSession, type Session } from "./session.ts";
import type { Reply, Request } from "./workerExecutor.ts";

const port = parentPort!;
const sessions = new Map<number, Session>();

async function answer(request: Request): Promise<Reply> {
  switch (request.kind) {
    case "load":
      sessions.set(request.program, await createSession(request.content, request.options));
      return { results: new Map() };
    case "run":
      return { results: await sessions.get(request.program)!.run(request.feeds) };
    case "close":
      for (const session of sessions.values()) await session.release();
      return { results: new Map() };
  }
}

let queue = Promise.resolve();
port.on("message", (request: Request) => {
  queue = queue.then(async () => {
    try {
      const reply = await answer(request);
      const buffers = [...(reply.results?.values() ?? [])].map(
        (data) => data.buffer as ArrayBuffer,
      );
      port.postMessage(reply, [...new Set(buffers)]);
    } catch (error) {
      port.postMessage({
        error: error instanceof Error ? error.message : String(error),
      } satisfies Reply);
    }
  });
});
