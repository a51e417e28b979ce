/** A web server for the user of this machine alone: fixed addresses on the loopback interface, nothing to write to. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { PAGE_HEADERS } from "./headers.ts";

/** Answers GET and HEAD at one address. */
export type Route = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** What is served, by path from "/" on. Nothing else is, so that no path leads out of a folder. */
export type Routes = ReadonlyMap<string, Route>;

export interface PageServer {
  /** Where a browser finds the page, such as http://127.0.0.1:4242/. */
  readonly url: string;
  /** Ends open connections and frees the port. */
  close(): Promise<void>;
}

const HOST = "127.0.0.1";
/** Names of this machine that a browser may have asked for; a page elsewhere that points its own name here is refused. */
const OWN_NAMES = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * Serves on 127.0.0.1; port 0 takes any free one.
 * @throws when the port cannot be had.
 */
export async function serve(routes: Routes, port: number): Promise<PageServer> {
  const server = createServer((request, response) => {
    answer(routes, request, response).catch((error: Error) => {
      if (response.headersSent) response.destroy();
      else refuse(response, 500, error.message);
    });
  });
  await listening(server, port);
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  routes: Routes,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = "", headers, url = "/" } = request;
  if (!OWN_NAMES.has((headers.host ?? "").replace(/:\d+$/, ""))) {
    return refuse(response, 403, "this server answers to 127.0.0.1 and localhost only");
  }
  if (method !== "GET" && method !== "HEAD") {
    response.setHeader("Allow", "GET, HEAD");
    return refuse(response, 405, `expected GET or HEAD, got ${method}`);
  }
  const route = routes.get(url.replace(/[?#].*$/s, ""));
  if (!route) return refuse(response, 404, "there is nothing at this address");
  for (const [name, value] of Object.entries(PAGE_HEADERS)) response.setHeader(name, value);
  await route(request, response);
}

/** Answers with a status and one line of text. */
export function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { ...PAGE_HEADERS, "Content-Type": "text/plain; charset=utf-8" });
  response.end(`${why}\n`);
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(portError(error, port)));
    server.listen(port, HOST, resolve);
  });
}

function portError(error: NodeJS.ErrnoException, port: number): Error {
  const remedy = "choose another with --port, or any free one with --port 0";
  if (error.code === "EADDRINUSE") return new Error(`port ${port} is in use: ${remedy}`);
  if (error.code === "EACCES") {
    return new Error(
      `this user may not open port ${port}; below 1024 systems ask for rights: ${remedy}`,
    );
  }
  return error;
}
