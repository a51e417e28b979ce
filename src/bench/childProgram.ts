/** A program in its own process that answers one request at a time. */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Reply, Request } from "./protocol.ts";

interface Channel {
  send(request: Request): void;
  onReply(listener: (reply: Reply) => void): void;
  /** Tells the program to end. */
  end(): void;
}

interface Pending {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** Last characters of a program's stderr that are kept for its error message. */
const KEPT_STDERR = 4000;
const GRACE_MS = 5000;

export class ChildProgram {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #channel: Channel;
  #pending: Pending | undefined;
  #failure: Error | undefined;
  #stderr = "";

  private constructor(name: string, child: ChildProcess, channel: Channel) {
    this.name = name;
    this.#child = child;
    this.#channel = channel;
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-KEPT_STDERR);
    });
    child.on("error", (error) => this.#fail(error.message));
    child.on("close", (code, signal) => this.#fail(`ended with ${signal ?? `exit code ${code}`}`));
    channel.onReply((reply) => {
      const pending = this.#pending;
      this.#pending = undefined;
      if ("error" in reply) pending?.reject(new Error(`${this.name}: ${reply.error}`));
      else pending?.resolve(reply.result);
    });
  }

  /** A module run by Node, over its message channel. */
  static node(name: string, module: URL): ChildProgram {
    const child = fork(module, { stdio: ["ignore", "ignore", "pipe", "ipc"] });
    return new ChildProgram(name, child, {
      send: (request) => void child.send(request),
      onReply: (listener) => void child.on("message", (reply) => listener(reply as Reply)),
      end: () => child.connected && child.disconnect(),
    });
  }

  /** A command that reads requests from stdin and writes replies to stdout, one JSON document per line. */
  static lines(
    name: string,
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): ChildProgram {
    const child = spawn(command, args, { stdio: "pipe", env: { ...process.env, ...env } });
    // A program that ended is reported once, by its exit.
    child.stdin.on("error", () => {});
    return new ChildProgram(name, child, {
      send: (request) => void child.stdin.write(`${JSON.stringify(request)}\n`),
      onReply: (listener) =>
        void createInterface({ input: child.stdout }).on("line", (line) =>
          listener(JSON.parse(line)),
        ),
      end: () => void child.stdin.end(),
    });
  }

  /**
   * @throws when the program reports an error, or has ended.
   */
  ask<Result>(request: Request): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      this.#pending = { resolve: resolve as (result: unknown) => void, reject };
      this.#channel.send(request);
    });
  }

  /** Ends the program, by force after a while. */
  async close(): Promise<void> {
    const { exitCode, signalCode, pid } = this.#child;
    if (exitCode !== null || signalCode !== null || pid === undefined) return;
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), GRACE_MS);
    if (this.#pending) this.#child.kill();
    else this.#channel.end();
    await ended;
    clearTimeout(timer);
  }

  #fail(reason: string): void {
    const details = this.#stderr.trim();
    this.#failure ??= new Error(`${this.name}: ${reason}${details && `\n${details}`}`);
    this.#pending?.reject(this.#failure);
    this.#pending = undefined;
  }
}
