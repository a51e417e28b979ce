/** Server-sent events: news that a page receives while they happen. */
import { setTimeout as wait } from "node:timers/promises";
import type { Route } from "./server.ts";

/** Milliseconds between two looks for news, and without any between two signs of life. */
const PACE = 1000;
const ALIVE = 15_000;

/** What has news from time to time. */
export interface Source {
  /** What happened since the last call, one by one; the first call has everything. */
  changes(): AsyncIterable<unknown>;
}

/**
 * Sends every reader all news, each as one JSON message. A source that fails is told as `{ type: "error", message }`,
 * and asked again.
 */
export function eventStream(openSource: () => Source): Route {
  return async (request, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    if (request.method === "HEAD") {
      response.end();
      return;
    }
    response.flushHeaders();
    const closed = new AbortController();
    response.on("close", () => closed.abort());
    const source = openSource();
    let failure = "";
    let sentAt = Date.now();
    const send = (text: string) => {
      response.write(text);
      sentAt = Date.now();
    };
    while (!closed.signal.aborted) {
      try {
        for await (const news of source.changes()) send(`data: ${JSON.stringify(news)}\n\n`);
        failure = "";
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        if (message !== failure) send(`data: ${JSON.stringify({ type: "error", message })}\n\n`);
        failure = message;
      }
      if (Date.now() - sentAt > ALIVE) send(": still there\n\n");
      await wait(PACE, undefined, { signal: closed.signal }).catch(() => undefined);
    }
  };
}
