/** What the commands share that serve a page. */
import { type Command, InvalidArgumentError } from "commander";
import { type Routes, serve } from "../serve/server.ts";
import { type CommandContext, type CommonOptions, printResult } from "./command.ts";

export interface ServingOptions extends CommonOptions {
  readonly port: number;
}

/** Adds the option of the port. */
export const withPort = (command: Command, port: number): Command =>
  command.option("--port <n>", "port on 127.0.0.1; 0 takes any free one", parsePort, port);

/** Serves until Ctrl-C. The address is told once it can be opened; `search` is what it ends with. */
export async function serveUntilStopped(
  routes: Routes,
  what: string,
  options: ServingOptions,
  context: CommandContext,
  search = "",
): Promise<void> {
  const server = await serve(routes, options.port);
  const url = `${server.url}${search}`;
  const stop = options.quiet ? "" : "\nOnly this machine can open it. Ctrl-C ends it.";
  printResult(context, options, { url }, `${what}: ${url}${stop}`);
  await new Promise<void>((resolve) => {
    if (context.signal.aborted) resolve();
    context.signal.addEventListener("abort", () => resolve());
  });
  await server.close();
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw new InvalidArgumentError("Expected a whole number from 0 to 65535.");
  }
  return port;
}
