/** Media types of the files that a page is made of. */
import { extname } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".wasm": "application/wasm",
};

/** The media type of a file by its name; bytes of no known kind where the ending says nothing. */
export const contentType = (path: string): string =>
  TYPES[extname(path).toLowerCase()] ?? "application/octet-stream";
