#!/usr/bin/env node
/** The program: parses the command line, runs one command and turns errors into exit codes. */
import { Command, CommanderError } from "commander";
import { RecipeError } from "../distill/recipe.ts";
import type { CommandContext } from "./command.ts";
import { commands } from "./commands/index.ts";
import { UsageError } from "./errors.ts";
import { packageVersion } from "./versions.ts";

/** Exit codes: what was asked for is wrong; Ctrl-C, as shells report it. */
const USAGE = 2;
const INTERRUPTED = 130;

async function main(argv: readonly string[]): Promise<number> {
  const interrupt = new AbortController();
  const onInterrupt = () => {
    interrupt.abort();
    // A second Ctrl-C ends the process as the system does: leaving in order would wait for, or break off, native code.
    process.off("SIGINT", onInterrupt);
  };
  process.on("SIGINT", onInterrupt);
  for (const stream of [process.stdout, process.stderr]) stream.on("error", ignoreClosedPipe);
  const context: CommandContext = {
    stdout: process.stdout,
    stderr: process.stderr,
    signal: interrupt.signal,
    endAtOnce: () => void process.off("SIGINT", onInterrupt),
  };
  const program = new Command("onnx-distill")
    .description("Dataset distillation as plain ONNX graphs, run by ONNX Runtime.")
    .version(packageVersion())
    .exitOverride()
    .showSuggestionAfterError(true)
    .addHelpText(
      "after",
      "\nTo begin, without any data of your own:\n  $ onnx-distill run quickstart",
    )
    .showHelpAfterError("(--help shows what there is)")
    .configureOutput({ outputError: (text, write) => write(text) });
  for (const register of commands) register(program, context);
  for (const command of program.commands) command.exitOverride();
  try {
    await program.parseAsync(argv);
    // A command that found what it looked for not to be right has said so, and set the exit code.
    return interrupt.signal.aborted ? INTERRUPTED : Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    if (interrupt.signal.aborted && error === interrupt.signal.reason) return INTERRUPTED;
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    if (process.env.ONNX_DISTILL_DEBUG && error instanceof Error)
      process.stderr.write(`${error.stack}\n`);
    return error instanceof UsageError || error instanceof RecipeError ? USAGE : 1;
  }
}

/** A reader that went away, such as `head`, stops no command. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

process.exitCode = await main(process.argv);
