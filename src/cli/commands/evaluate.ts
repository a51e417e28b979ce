import { evaluatePerStep, type StepEvaluation } from "../../distill/perStep.ts";
import { evaluateBaseline, evaluateDistilled } from "../../distill/run.ts";
import { TRANSFER_NETWORKS, type TransferRow, transferReport } from "../../distill/transfer.ts";
import { writeFileAtomic } from "../../io/atomicFile.ts";
import { openFinishedRun } from "../../io/finishedRun.ts";
import { interruptible } from "../../runtime/interruptible.ts";
import { type Accuracies, accuraciesJson, accuracyRows } from "../accuracies.ts";
import {
  type CommandContext,
  type CommonOptions,
  defineCommand,
  parseCount,
  printResult,
  type Register,
} from "../command.ts";
import {
  formatCount,
  formatDuration,
  formatPercent,
  formatStatistic,
  formatTable,
} from "../format.ts";
import { createProgressLine } from "../progressLine.ts";
import { type ResourceOptions, startExecutor, withWorkers } from "../resources.ts";
import { transferTable } from "../transferTable.ts";

interface EvaluateOptions extends CommonOptions, ResourceOptions {
  readonly data?: string;
  readonly networks?: number;
  readonly perStep?: boolean;
  readonly transfer: boolean;
  readonly transferNetworks?: number;
}

interface Result extends Accuracies {
  readonly run: string;
  readonly seconds: number;
  readonly perStep?: readonly StepEvaluation[];
  readonly transfer?: readonly TransferRow[];
}

export const registerEvaluate: Register = (program, context) => {
  const command = defineCommand(
    program,
    "evaluate <run>",
    "Trains networks on the distilled images of a run and measures them on test images.",
    "onnx-distill evaluate runs/mnist-random-1 --networks 200 --data ~/datasets",
  )
    .option(
      "--networks <n>",
      "networks to train (default: as many as the recipe says)",
      parseCount(1),
    )
    .option("--per-step", "also accuracy and loss after every inner step, of the same networks")
    .option("--no-transfer", "leave out what the images are good for outside their recipe")
    .option(
      "--transfer-networks <n>",
      `networks of every row outside the recipe (default: ${TRANSFER_NETWORKS})`,
      parseCount(1),
    )
    .option("--data <folder>", "where data sets are looked for first");
  withWorkers(command).action(async (run: string, options: EvaluateOptions) => {
    const result = await evaluateRun(run, options, context);
    const { seconds, perStep, transfer } = result;
    const json = { run, seconds, ...accuraciesJson(result), perStep, transfer };
    if (options.out) await writeFileAtomic(options.out, `${JSON.stringify(json, undefined, 2)}\n`);
    printResult(context, options, json, asText(result));
  });
};

async function evaluateRun(
  run: string,
  options: EvaluateOptions,
  context: CommandContext,
): Promise<Result> {
  const progress = createProgressLine(context, options);
  const { data: dataDir, seed } = options;
  const { problem, distilled } = await openFinishedRun(run, { dataDir, seed });
  const { recipe, dataset } = problem;
  if (recipe.initialization === "fixed" && (options.networks ?? 1) > 1) {
    progress.message(
      `the run's initialisation is fixed: it has one network, not ${options.networks}`,
    );
  }
  if (recipe.initialization === "fixed" && options.seed !== undefined) {
    progress.message("the run's initialisation is fixed: --seed changes nothing");
  }
  const { executor } = startExecutor(options, problem);
  const stoppable = interruptible(executor, context.signal);
  const show = (what: string) => (done: number, total: number) =>
    progress.update(`${what}: ${done} of ${total} networks measured`);
  const start = performance.now();
  try {
    progress.message(`measuring on ${formatCount(dataset.test.count)} images of ${dataset.name}`);
    const { before, after } = await evaluateDistilled(
      problem,
      stoppable,
      distilled,
      options.networks,
      show("before and after training"),
    );
    const baseline = await evaluateBaseline(problem, stoppable, show("random real images"));
    const perStep = options.perStep
      ? await evaluatePerStep(problem, stoppable, distilled, options.networks, show("every step"))
      : undefined;
    const transfer = options.transfer
      ? await transferReport(problem, stoppable, distilled, {
          networks: options.transferNetworks,
          onNetwork: show("outside the recipe"),
        })
      : undefined;
    const seconds = (performance.now() - start) / 1000;
    const accuracies = { before: before.accuracy, accuracy: after.accuracy, baseline };
    return { run, seconds, ...accuracies, perStep, transfer };
  } finally {
    progress.done();
    await executor.close();
  }
}

const asText = (result: Result): string =>
  [
    formatTable([...accuracyRows(result), ["evaluation time", formatDuration(result.seconds)]]),
    ...(result.perStep ? [stepTable(result.perStep)] : []),
    ...(result.transfer ? [transferTable(result.transfer)] : []),
  ].join("\n\n");

const stepTable = (steps: readonly StepEvaluation[]): string =>
  formatTable(
    steps.map(({ step, accuracy, loss }) => [
      String(step),
      formatPercent(accuracy),
      formatStatistic(loss),
    ]),
    { header: ["after step", "accuracy", "loss"], align: ["right", "left", "left"] },
  );
