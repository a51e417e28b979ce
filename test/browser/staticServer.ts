/** Serves folders on the loopback, with the headers of cross-origin isolation where they are wanted. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

export interface StaticServer {
  readonly address: string;
  close(): void;
}

/** `folders` by the first part of the address; "" has what no other has. */
export async function serve(
  folders: Readonly<Record<string, string>>,
  isolated: boolean,
): Promise<StaticServer> {
  const server = createServer(async (request, response) => {
    if (isolated) {
      response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
      response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    }
    const path = normalize(new URL(request.url!, "http://localhost").pathname);
    const [, first = "", ...rest] = path.split("/");
    const file = Object.hasOwn(folders, first)
      ? join(folders[first]!, ...rest)
      : join(folders[""]!, path);
    try {
      const content = await readFile(path === "/" ? join(folders[""]!, "index.html") : file);
      response.setHeader(
        "Content-Type",
        types[extname(file)] ?? types[path === "/" ? ".html" : ""] ?? "application/octet-stream",
      );
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://localhost:${port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
