/** What every command shares: the common options, and how results and messages leave the program. */
import { type Command, InvalidArgumentError } from "commander";

/** Where a command writes, and how to stop it. */
export interface CommandContext {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Aborted by the first Ctrl-C; a command that can be resumed saves and stops. */
  readonly signal: AbortSignal;
  /** From now on the first Ctrl-C ends the program, even while it computes: for commands with nothing to save. */
  endAtOnce?(): void;
}

/** Options that every command takes. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly seed?: number;
  readonly device?: string;
  readonly out?: string;
}

/** Adds a command to the program. */
export type Register = (program: Command, context: CommandContext) => void;

/** A new command with the common options and an example in its help text. */
export function defineCommand(
  program: Command,
  nameAndArguments: string,
  summary: string,
  example: string,
): Command {
  return program
    .command(nameAndArguments)
    .description(summary)
    .option("--json", "print exactly one JSON document on stdout")
    .option("--quiet", "no progress, only results and errors")
    .option("--seed <n>", "seed of every random number", parseCount(0))
    .option("--device <name>", "cpu, cuda, webgpu, wasm, or auto for the fastest")
    .option("--out <path>", "where to write")
    .addHelpText("after", `\nExample:\n  $ ${example}`);
}

/** The result of a command: one JSON document, or text. */
export function printResult(
  context: CommandContext,
  options: CommonOptions,
  json: unknown,
  text: string,
): void {
  context.stdout.write(options.json ? `${JSON.stringify(json, undefined, 2)}\n` : `${text}\n`);
}

/**
 * Parses a whole number of at least `least`.
 * @throws {InvalidArgumentError} when it is none; commander names the option and the text.
 */
export const parseCount =
  (least: number) =>
  (text: string): number => {
    const number = Number(text);
    if (text.trim() === "" || !Number.isSafeInteger(number) || number < least) {
      throw new InvalidArgumentError(`Expected a whole number of at least ${least}.`);
    }
    return number;
  };

/** The values of an option that may be repeated. */
export const collect = (value: string, before: readonly string[] = []): string[] => [
  ...before,
  value,
];
