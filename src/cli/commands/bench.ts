/** `onnx-distill bench`: our meta-iteration against PyTorch's, in the same minutes on the same inputs. */
import { InvalidArgumentError } from "commander";
import { benchmark, type MeasuredCase } from "../../bench/benchmark.ts";
import { gradientsAgree } from "../../bench/caseResult.ts";
import { type BenchCase, benchCases, titleOf } from "../../bench/cases.ts";
import { findTorch } from "../../bench/torchPeer.ts";
import { writeFileAtomic } from "../../io/atomicFile.ts";
import { benchTable } from "../benchTable.ts";
import {
  type CommonOptions,
  defineCommand,
  parseCount,
  printResult,
  type Register,
} from "../command.ts";
import { createProgressLine } from "../progressLine.ts";
import { machine, type ResourceOptions, resolveDevice, withWorkers } from "../resources.ts";
import { versions } from "../versions.ts";

interface BenchCommandOptions extends CommonOptions, ResourceOptions {
  readonly case?: readonly BenchCase[];
  readonly batch?: number;
  readonly rounds: number;
  readonly iterations: number;
}

const explanation = `
Times are milliseconds per iteration, memory (rss) is the process's peak in bytes. Our iteration is the trainer's:
sampling, batch assembly, meta-gradient and Adam; a peer's is the meta-gradient alone. In the evaluation both train and
test the same number of networks. In the training both train them for an epoch, we side by side with shuffled batches,
a peer one after the other with batches as they lie in memory. The ratio is our median over the fastest peer's. Peers run where the Python in ONNX_DISTILL_PYTHON, or python3, can import torch. Results are compared
first, gradients of the distilled images or, in the evaluation, trained weights, in the training the losses of all steps: where they differ by more than the case
allows (relative L2 error) the ratio is withheld and the exit code is 1.

Cases:
${benchCases.map((known) => `  ${known.name.padEnd(8)}  ${titleOf(known)}; error up to ${known.largestError}`).join("\n")}`;

export const registerBench: Register = (program, context) => {
  const command = defineCommand(
    program,
    "bench",
    "Measures a distillation step against PyTorch, taking turns on the same inputs.",
    "onnx-distill bench --case a --json",
  )
    .option("--case <names>", "cases to run, such as a or a,b (default: all)", parseCases)
    .option(
      "--batch <B>",
      "real images in the outer loss or a training step (default: the case's; the evaluation has none)",
      parseCount(1),
    )
    .option("--rounds <n>", "turns of each program", parseCount(1), 5)
    .option("--iterations <n>", "iterations of a turn; the first is not counted", parseCount(2), 10)
    .addHelpText("after", explanation);
  withWorkers(command).action(async (options: BenchCommandOptions) => {
    const progress = createProgressLine(context, options);
    const device = await resolveDevice({ ...options, signal: context.signal }, (text) =>
      progress.message(text),
    );
    const torch = await findTorch();
    if ("missing" in torch) progress.message(`PyTorch is not installed (${torch.missing})`);
    const measured: MeasuredCase[] = [];
    for (const benchCase of options.case ?? benchCases) {
      measured.push(
        await benchmark(withBatch(benchCase, options.batch), {
          device,
          workers: options.workers,
          threads: options.threads,
          seed: options.seed ?? 1,
          rounds: options.rounds,
          iterations: options.iterations,
          signal: context.signal,
          torch: "missing" in torch ? undefined : torch,
          onProgress: (text) => progress.update(text),
        }),
      );
    }
    progress.done();
    const json = asJson(measured, device);
    if (options.out) await writeFileAtomic(options.out, `${JSON.stringify(json, undefined, 2)}\n`);
    printResult(context, options, json, benchTable(measured));
    rejectDisagreement(measured);
  });
};

const withBatch = (benchCase: BenchCase, batch: number | undefined): BenchCase =>
  batch === undefined || benchCase.work === "evaluation" ? benchCase : { ...benchCase, batch };

const asJson = (measured: readonly MeasuredCase[], device: string) => ({
  cases: measured.map(({ result }) => result),
  machine: {
    ...machine(device),
    gigaflopsPerSecond: Math.max(...measured.map(({ flopsPerSecond }) => flopsPerSecond)) / 1e9,
    versions: versions(),
  },
});

function rejectDisagreement(measured: readonly MeasuredCase[]): void {
  for (const { benchCase, result } of measured) {
    for (const peer of result.peers) {
      if (gradientsAgree(peer, benchCase)) continue;
      throw new Error(
        `case ${result.name}: our result and that of ${peer.name} differ by ${peer.imageGradientError}, ` +
          `expected at most ${benchCase.largestError}: one of them is wrong, so their speeds are not compared`,
      );
    }
  }
}

function parseCases(text: string): BenchCase[] {
  return text.split(",").map((name) => {
    const found = benchCases.find((benchCase) => benchCase.name === name.trim());
    if (found) return found;
    throw new InvalidArgumentError(
      `There are: ${benchCases.map((known) => known.name).join(", ")}.`,
    );
  });
}
