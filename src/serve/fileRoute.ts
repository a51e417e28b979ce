/** Files as addresses of a server. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { contentType } from "./contentType.ts";
import { type Route, type Routes, refuse } from "./server.ts";

/** Answers with a file as it is at the time, or that there is none yet. */
export function fileRoute(path: string): Route {
  return async (request, response) => {
    const size = await stat(path).then(
      (info) => info.size,
      () => undefined,
    );
    if (size === undefined) return refuse(response, 404, "this file is not there yet");
    response.writeHead(200, { "Content-Type": contentType(path), "Content-Length": size });
    if (request.method === "HEAD") {
      response.end();
      return;
    }
    await pipeline(createReadStream(path), response).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
    });
  };
}

/** Addresses of the files of a page; `start` is the file behind "/". */
export function fileRoutes(files: ReadonlyMap<string, string>, start: string): Routes {
  const routes = new Map([...files].map(([name, path]) => [`/${name}`, fileRoute(path)] as const));
  return routes.set("/", routes.get(`/${start}`)!);
}
