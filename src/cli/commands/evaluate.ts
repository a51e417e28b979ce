import type { Dataset } from "../../data/dataset.ts";
import { attackOutcome } from "../../distill/attack.ts";
import { evaluatePerStep, type StepEvaluation } from "../../distill/perStep.ts";
import { isFixed, knownNetworks } from "../../distill/recipe.ts";
import { evaluateBaseline, evaluateDistilled } from "../../distill/run.ts";
import { TRANSFER_NETWORKS, type TransferRow, transferReport } from "../../distill/transfer.ts";
import { writeFileAtomic } from "../../io/atomicFile.ts";
import { openFinishedRun } from "../../io/finishedRun.ts";
import { withPretrained } from "../../io/startingNetworks.ts";
import { interruptible } from "../../runtime/interruptible.ts";
import { type Accuracies, accuraciesJson, accuracyRows, attackText } from "../accuracies.ts";
import {
  type CommandContext,
  type CommonOptions,
  collect,
  defineCommand,
  parseCount,
  printResult,
  type Register,
} from "../command.ts";
import { type DataCommandOptions, dataOptions, skippedRows, withData } from "../dataOptions.ts";
import {
  formatCount,
  formatDuration,
  formatPercent,
  formatStatistic,
  formatTable,
} from "../format.ts";
import { createProgressLine } from "../progressLine.ts";
import { type ResourceOptions, startExecutor, withWorkers } from "../resources.ts";
import { showStartingNetworks, weightsOption } from "../startingNetworks.ts";
import { transferTable } from "../transferTable.ts";

interface EvaluateOptions extends CommonOptions, ResourceOptions, DataCommandOptions {
  readonly weights?: readonly string[];
  readonly networks?: number;
  readonly perStep?: boolean;
  readonly transfer: boolean;
  readonly transferNetworks?: number;
}

interface Result extends Accuracies, Pick<Dataset, "skipped"> {
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
    .option("--weights <path>", weightsOption, collect);
  withWorkers(withData(command)).action(async (run: string, options: EvaluateOptions) => {
    const result = await evaluateRun(run, options, context);
    const { seconds, perStep, transfer, skipped } = result;
    const accuracies = accuraciesJson(result);
    const json = {
      run,
      seconds,
      ...accuracies,
      perStep,
      transfer,
      ...(skipped ? { skipped } : {}),
    };
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
  const { seed } = options;
  const data = dataOptions(options, progress);
  const { problem: untrained, distilled } = await openFinishedRun(run, {
    ...data,
    seed,
    signal: context.signal,
  });
  const { recipe, dataset } = untrained;
  const known = knownNetworks(recipe);
  if (isFixed(recipe) && (options.networks ?? 1) > known) {
    progress.message(
      `the run's initialisation is fixed: it has ${known === 1 ? "one network" : `${known} networks`}, not ${options.networks}`,
    );
  }
  if (recipe.initialization !== "random" && options.seed !== undefined) {
    const weights = isFixed(recipe) ? "initialisation is fixed" : "networks are pre-trained";
    progress.message(`the run's ${weights}: --seed changes nothing`);
  }
  const { executor } = await startExecutor(
    { ...options, signal: context.signal },
    (text) => progress.message(text),
    untrained,
  );
  const stoppable = interruptible(executor, context.signal);
  const show = (what: string) => (done: number, total: number) =>
    progress.update(`${what}: ${done} of ${total} networks measured`);
  const start = performance.now();
  try {
    const problem = await withPretrained(untrained, executor, {
      ...dataOptions(options, progress),
      weights: options.weights,
      evaluated: options.networks,
      signal: context.signal,
      ...showStartingNetworks(progress),
    });
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
    return {
      run,
      seconds,
      before: before.accuracy,
      accuracy: after.accuracy,
      baseline,
      attack: attackOutcome(problem, before.attack, after.attack),
      perStep,
      transfer,
      skipped: dataset.skipped,
    };
  } finally {
    progress.done();
    await executor.close();
  }
}

const asText = (result: Result): string =>
  [
    formatTable([
      ...accuracyRows(result),
      ["evaluation time", formatDuration(result.seconds)],
      ...skippedRows(result),
    ]) + attackText(result),
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
    {
      header: [
        "after step",
        steps.some(({ attack }) => attack) ? "accuracy, changed labels" : "accuracy",
        "loss",
      ],
      align: ["right", "left", "left"],
    },
  );
