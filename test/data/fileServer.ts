import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll } from "vitest";

export interface FileServer {
  /** Base URL, ending with a slash. */
  url: string;
  /** "<name> <Range header or whole>" of every request so far. */
  requests: string[];
}

/** Answers from a folder's name to file contents; `respond` may take a request over. */
export async function fileServer(
  files: Readonly<Record<string, Uint8Array>>,
  respond?: (request: IncomingMessage, response: ServerResponse, count: number) => boolean,
): Promise<FileServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const name = request.url!.split("/").at(-1)!;
    const range = request.headers.range;
    requests.push(`${name} ${range ?? "whole"}`);
    if (respond?.(request, response, requests.length)) return;
    const content = files[name];
    if (!content) {
      response.writeHead(404).end();
      return;
    }
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    const { length } = content;
    if (start >= length && range) {
      response.writeHead(416, { "content-range": `bytes */${length}` }).end();
      return;
    }
    const headers: Record<string, string | number> = { "content-length": length - start };
    if (range) headers["content-range"] = `bytes ${start}-${length - 1}/${length}`;
    response.writeHead(range ? 206 : 200, headers).end(content.subarray(start));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/data/`, requests };
}
