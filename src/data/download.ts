import { open, rename, rm, stat } from "node:fs/promises";
import type { RemoteFile } from "./mirrors.ts";

export interface DownloadProgress {
  file: string;
  url: string;
  /** Bytes present, an earlier attempt's included. */
  received: number;
  /** Bytes in all, where the server says so. */
  total?: number;
}

export interface DownloadOptions {
  onProgress?: (progress: DownloadProgress) => void;
  /** Stops the download; what has arrived stays in the .part file and is resumed from. */
  signal?: AbortSignal;
}

/**
 * Downloads a file to `path`, from the first mirror whose bytes pass `verify`. They arrive in
 * `path`.<host>.part, which an interrupted download leaves behind and the next one continues.
 *
 * @returns the URL it came from.
 * @throws Error that lists what went wrong with each mirror; the signal's reason when aborted.
 */
export async function downloadFile(
  file: RemoteFile,
  path: string,
  verify: (partPath: string) => Promise<void>,
  options: DownloadOptions = {},
): Promise<string> {
  const failures: string[] = [];
  const parts: string[] = [];
  for (const base of file.urls) {
    const url = new URL(file.name, base).href;
    const part = `${path}.${new URL(url).host.replace(/[^a-z0-9.]/gi, "-")}.part`;
    parts.push(part);
    try {
      await fromMirror(file, url, part, verify, options);
      await flush(part);
      await rename(part, path);
      await Promise.all(parts.map((left) => rm(left, { force: true })));
      return url;
    } catch (error) {
      options.signal?.throwIfAborted();
      failures.push(`  ${url}: ${reasonOf(error)}`);
    }
  }
  throw new Error(`Could not download ${file.name}:\n${failures.join("\n")}`);
}

/** Bytes that a previous run left may be of another version: if they fail, once more from zero. */
async function fromMirror(
  file: RemoteFile,
  url: string,
  part: string,
  verify: (partPath: string) => Promise<void>,
  options: DownloadOptions,
): Promise<void> {
  for (;;) {
    const leftOver = (await sizeOf(part)) > 0;
    await transferAll(file, url, part, options);
    try {
      await verify(part);
      return;
    } catch (error) {
      await rm(part, { force: true });
      if (!leftOver) throw error;
    }
  }
}

/** Repeats a broken transfer where it stopped, for as long as every attempt brings new bytes. */
async function transferAll(
  file: RemoteFile,
  url: string,
  part: string,
  options: DownloadOptions,
): Promise<void> {
  for (;;) {
    const before = await sizeOf(part);
    try {
      await transfer(file, url, part, before, options);
      return;
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof Refused || (await sizeOf(part)) <= before) throw error;
    }
  }
}

/** A mirror's answer that asking again will not change. */
class Refused extends Error {}

async function transfer(
  file: RemoteFile,
  url: string,
  part: string,
  before: number,
  options: DownloadOptions,
): Promise<void> {
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (before > 0) headers.range = `bytes=${before}-`;
  const response = await fetch(url, { headers, signal: options.signal });
  try {
    const answer = interpret(response, before);
    if (answer === "complete") return;
    if (answer === "restart") {
      await rm(part, { force: true });
      return await transfer(file, url, part, 0, options);
    }
    const { start, total } = answer;
    if ((total ?? 0) > file.maxBytes) {
      throw new Refused(`has ${total} bytes, more than the ${file.maxBytes} expected at most`);
    }
    const out = await open(part, start === 0 ? "w" : "a");
    let received = start;
    try {
      for await (const chunk of response.body ?? []) {
        received += chunk.length;
        if (received > file.maxBytes) {
          throw new Refused(`sends more than the ${file.maxBytes} bytes expected at most`);
        }
        await out.writeFile(chunk);
        options.onProgress?.({ file: file.name, url, received, total });
      }
    } finally {
      await out.close();
    }
    if (total !== undefined && received !== total) {
      throw new Error(`sent ${received} of ${total} bytes`);
    }
  } finally {
    if (!response.bodyUsed) await response.body?.cancel();
  }
}

function interpret(
  response: Response,
  before: number,
): "complete" | "restart" | { start: number; total?: number } {
  const range = response.headers.get("content-range") ?? "";
  if (response.status === 416 && before > 0) {
    return range === `bytes */${before}` ? "complete" : "restart";
  }
  if (response.status !== 200 && response.status !== 206) {
    throw new Refused(`HTTP ${response.status} ${response.statusText}`.trim());
  }
  const encoding = response.headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity") throw new Refused(`re-encodes the file as ${encoding}`);
  if (response.status === 200) {
    const length = response.headers.get("content-length");
    return length === null ? { start: 0 } : { start: 0, total: Number(length) };
  }
  const match = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(range);
  if (!match || Number(match[1]) !== before) return before > 0 ? "restart" : { start: 0 };
  return match[2] === "*" ? { start: before } : { start: before, total: Number(match[2]) };
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

async function flush(path: string): Promise<void> {
  const file = await open(path, "r+");
  await file.sync();
  await file.close();
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message} (${cause.message})` : message;
}
