/** Files as addresses of a server. */
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { contentType } from "./contentType.ts";
import { type Route, type Routes, refuse } from "./server.ts";

/**
 * Answers with a file as it is at the time, or that there is none yet. One that is replaced meanwhile is sent as it was.
 * @param headers are sent besides the server's, or in their place.
 */
export function fileRoute(path: string, headers: Readonly<Record<string, string>> = {}): Route {
  return async (request, response) => {
    const file = await open(path).catch(() => undefined);
    if (!file) return refuse(response, 404, "this file is not there yet");
    try {
      const { size } = await file.stat();
      response.writeHead(200, {
        ...headers,
        "Content-Type": contentType(path),
        "Content-Length": size,
      });
      if (request.method === "HEAD") {
        response.end();
        return;
      }
      await pipeline(file.createReadStream({ autoClose: false }), response);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
    } finally {
      await file.close();
    }
  };
}

/** Addresses of the files of a page; `start` is the file behind "/". */
export function fileRoutes(files: ReadonlyMap<string, string>, start: string): Routes {
  const routes = new Map([...files].map(([name, path]) => [`/${name}`, fileRoute(path)] as const));
  return routes.set("/", routes.get(`/${start}`)!);
}
