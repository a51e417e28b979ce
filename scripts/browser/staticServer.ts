/** Serves folders on the loopback, with the headers of cross-origin isolation where they are wanted. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

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

/** Folders by the first part of the address; "" has what no other has. */
export type ServedFolders = Readonly<Record<string, string>>;

/** ONNX Runtime's own scripts and .wasm files. */
export const runtimeFolder = fileURLToPath(
  new URL(".", import.meta.resolve("onnxruntime-web/wasm")),
);

/** Serves folders at http://localhost, which browsers trust as they do https. */
export async function serve(folders: ServedFolders, isolated: boolean): Promise<StaticServer> {
  const server = createServer(async (request, response) => {
    if (isolated) {
      response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
      response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    }
    const file = fileOf(normalize(new URL(request.url!, "http://localhost").pathname), folders);
    try {
      const content = await readFile(file);
      response.setHeader("Content-Type", types[extname(file)] ?? "application/octet-stream");
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

function fileOf(path: string, folders: ServedFolders): string {
  const [, first = "", ...rest] = path.split("/");
  if (path === "/") return join(folders[""]!, "index.html");
  return Object.hasOwn(folders, first) ? join(folders[first]!, ...rest) : join(folders[""]!, path);
}
