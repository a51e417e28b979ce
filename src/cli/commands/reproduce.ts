import { join } from "node:path";
import { studies, studyNamed } from "../../distill/studies/index.ts";
import {
  type PlannedPart,
  plannedParts,
  QUICK_BUDGET,
} from "../../distill/studies/plannedParts.ts";
import type { Study } from "../../distill/studies/study.ts";
import type { Reproduction } from "../../io/reproduce/outcome.ts";
import { reproduce } from "../../io/reproduce/reproduction.ts";
import {
  type CommandContext,
  type CommonOptions,
  collect,
  defineCommand,
  parseCount,
  printResult,
  type Register,
} from "../command.ts";
import { commandLine } from "../commandLine.ts";
import { type DataCommandOptions, dataOptions, withData } from "../dataOptions.ts";
import { unknown } from "../errors.ts";
import { formatCount, formatNumber, formatPercent, formatTable } from "../format.ts";
import { createProgressLine } from "../progressLine.ts";
import { machine, type ResourceOptions, startExecutor, withResources } from "../resources.ts";
import { parseSeeds } from "../seeds.ts";
import { showStartingNetworks } from "../startingNetworks.ts";
import { versions } from "../versions.ts";

interface ReproduceOptions extends CommonOptions, ResourceOptions, DataCommandOptions {
  readonly quick?: boolean;
  readonly only?: readonly string[];
  readonly seeds?: readonly number[];
  readonly networks?: number;
  readonly iterations?: number;
  readonly weights?: string;
}

const names = studies.map(({ name }) => name);

export const registerReproduce: Register = (program, context) => {
  const command = defineCommand(
    program,
    "reproduce <study>",
    `Runs the recipes and baselines of one of the paper's studies and reports them together: ${names.join(", ")}. Finished parts in --out are kept, others continue.`,
    "onnx-distill reproduce table1 --only mnist-random --data ~/datasets",
  )
    .option("--quick", `a smaller budget: ${QUICK_BUDGET}`)
    .option("--only <part>", "only this part of the study; repeatable", collect)
    .option(
      "--seeds <list>",
      "every part once for each seed, such as 1,2,3 (default: 1)",
      parseSeeds,
    )
    .option("--networks <n>", "held-out networks, instead of each part's own", parseCount(1))
    .option("--iterations <n>", "iterations, instead of each part's own", parseCount(1))
    .option(
      "--weights <folder>",
      "folder in which pre-trained networks are kept, each kind in its own (default: weights; with --quick below --out)",
    );
  withResources(withData(command)).action(async (name: string, options: ReproduceOptions) => {
    const study = named(name);
    const result = await reproduceStudy(study, options, context);
    if (context.signal.aborted) return;
    printResult(
      context,
      options,
      asJson(outOf(study, options), result),
      asText(study, outOf(study, options), result),
    );
  });
};

function named(name: string): Study {
  const study = studyNamed(name);
  if (study) return study;
  throw unknown("study", name, names);
}

/** The parts that are asked for. */
function partsOf(study: Study, options: ReproduceOptions): PlannedPart[] {
  const known = study.parts.map(({ name }) => name);
  for (const name of options.only ?? [])
    if (!known.includes(name)) throw unknown(`part of ${study.name}`, name, known);
  return plannedParts(study, { ...options, seeds: options.seeds ?? [options.seed ?? 1] });
}

const outOf = ({ name }: Study, { out, quick }: ReproduceOptions): string =>
  out ?? join("runs", quick ? `${name}-quick` : name);

async function reproduceStudy(
  study: Study,
  options: ReproduceOptions,
  context: CommandContext,
): Promise<Reproduction> {
  const progress = createProgressLine(context, options);
  const path = outOf(study, options);
  const say = (text: string) => progress.message(text);
  let current = "";
  try {
    const result = await reproduce({
      study,
      parts: partsOf(study, options),
      path,
      command: commandLine(),
      budget: options.quick ? QUICK_BUDGET : undefined,
      weightsRoot: options.weights ?? (options.quick ? join(path, "weights") : "weights"),
      ...dataOptions(options, progress),
      signal: context.signal,
      starting: showStartingNetworks(progress),
      startResources: (problem, layout) =>
        startExecutor({ ...options, signal: context.signal }, say, problem, layout),
      circumstances: { versions: versions(), machine },
      onPart: ({ name, part }, state) => {
        current = name;
        progress.message(state === "begins" ? `${name}: ${part.title}` : `${name}: ${state}`);
      },
      onNotRun: ({ name, reason }) => progress.message(`${name}: not run: ${reason}`),
      onIteration: ({ iteration, iterations, loss }) =>
        progress.update(
          `${current}: iteration ${formatCount(iteration)}/${formatCount(iterations)}, loss ${formatNumber(loss)}`,
        ),
      onNetwork: (what, done, total) =>
        progress.update(`${current}: ${what}: ${done} of ${total} networks measured`),
      onStage: (what) => progress.update(`${current}: ${what}`),
    });
    if (context.signal.aborted)
      progress.message("stopped; finished parts are kept, the same command continues");
    return result;
  } finally {
    progress.done();
  }
}

const asJson = (path: string, { study, finished, notRun }: Reproduction) => ({
  study: study.name,
  report: join(path, "report.html"),
  parts: finished,
  notRun,
});

function asText({ parts }: Study, path: string, { finished, notRun }: Reproduction): string {
  const titleOf = (name: string) => parts.find((part) => part.name === name)!.title;
  const rows = finished.map(({ part, seed, summary }) => [
    `${titleOf(part)}, seed ${seed}`,
    formatPercent(summary.before),
    formatPercent(summary.accuracy),
  ]);
  const table = formatTable(rows, { header: ["part", "before training", "distilled images"] });
  const missing = notRun.map(({ title, reason }) => `Not run: ${title}: ${reason}`);
  const reports = `report: ${join(path, "report.html")} and report.md`;
  return [...(rows.length > 0 ? [table] : []), ...missing, reports].join("\n\n");
}
