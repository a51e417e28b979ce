/** Starts the built program as a user does. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));

export interface Ended {
  /** The exit status, or the signal that ended the program. */
  readonly code: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Runs in a folder, finding no data but what is there. */
export function start(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Started {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: folder,
    env: { ...process.env, ONNX_DISTILL_DATA: "", XDG_CACHE_HOME: folder, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]!.setEncoding("utf8").on("data", (part: string) => {
      text[name] += part;
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code: code ?? signal!, ...text }));
  });
  return { child, ended };
}

export const run = (folder: string, ...args: string[]): Promise<Ended> => start(folder, args).ended;

/** A run of the stripes' recipe with one worker, evaluated without the report of what its images are good for elsewhere. */
export const stripesRun = (iterations: number): string[] => [
  "run",
  "stripes.json",
  "--workers=1",
  "--threads=1",
  "--no-transfer",
  `--iterations=${iterations}`,
];

/** The same from random initialisations, two networks in an iteration. */
export const fromRandomWeights: readonly string[] = [
  "--set=initialization=random",
  "--set=outer.networks=2",
];
