/** `onnx-distill graph`: the graphs of a recipe as ONNX files with a manifest. */
import { basename, join } from "node:path";
import type { Command } from "commander";
import {
  builtInNetwork,
  lossFor,
  lossNames,
  type Network,
  networkNames,
} from "../../../graphs/index.ts";
import { initializedBy, weightInitializers } from "../../../graphs/initialization.ts";
import type { Parameters as NetworkWeights } from "../../distill/problem.ts";
import { isModel } from "../../distill/recipe.ts";
import type { GraphFile } from "../../io/encodedGraphs.ts";
import { openFinishedRun } from "../../io/finishedRun.ts";
import { writeGraphs } from "../../io/graphFiles.ts";
import { openModel } from "../../io/openModel.ts";
import { problemGraphOptions } from "../../io/problemGraphs.ts";
import type { Target } from "../../onnx/lowering/index.ts";
import { devices } from "../../runtime/devices.ts";
import {
  type CommandContext,
  type CommonOptions,
  defineCommand,
  parseCount,
  printResult,
  type Register,
} from "../command.ts";
import { type DataCommandOptions, dataOptions, withData } from "../dataOptions.ts";
import { suggest, UsageError } from "../errors.ts";
import { formatBytes, formatCount, formatTable } from "../format.ts";
import { type ImageShape, parseImageShape } from "../imageShape.ts";
import { importOptions, type ModelOptions, withModel } from "../modelOptions.ts";
import { createProgressLine } from "../progressLine.ts";

/** The lowering of a device, by its name; the portable one runs on all of them. */
const lowerings = {
  portable: "portable",
  cpu: devices.cpu.target,
  webgpu: devices.webgpu.target,
  cuda: devices.cuda.target,
} as const satisfies Readonly<Record<string, Target>>;
const loweringNames = Object.keys(lowerings) as (keyof typeof lowerings)[];

/** Images that a network takes unless the command line says otherwise. */
const defaultInputs = {
  lenet: [1, 28, 28],
  alexcifarnet: [3, 32, 32],
  alexnet: [3, 224, 224],
  mlp: [1, 28, 28],
} as const;

interface GraphCommandOptions extends CommonOptions, ModelOptions, DataCommandOptions {
  readonly of?: string;
  readonly steps: number;
  readonly epochs: number;
  readonly perClass: number;
  readonly batch: number;
  readonly classes?: number;
  readonly input?: ImageShape;
  readonly loss?: string;
  readonly lowering: string;
  readonly init?: string;
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
}

export const registerGraph: Register = (program, context) => {
  const command = defineCommand(
    program,
    "graph [network|model.onnx]",
    "Writes a recipe's computation as plain ONNX graphs with a manifest.",
    "onnx-distill graph lenet --steps 10 --epochs 3 --per-class 1 --batch 256 --out lenet-graphs",
  );
  command.option("--of <run>", "the graphs that a run used, instead of a network's");
  withData(withModel(addOptions(command))).action(
    async (name: string | undefined, options: GraphCommandOptions) => {
      if ((name === undefined) === (options.of === undefined)) {
        throw new UsageError("expected a network, a model or --of <run>");
      }
      const { directory, files } =
        options.of === undefined
          ? await ofNetwork(name!, options)
          : await ofRun(options.of, options, context);
      printResult(context, options, summary(directory, files), table(directory, files));
    },
  );
};

interface Written {
  readonly directory: string;
  readonly files: readonly GraphFile[];
}

/** The graphs of a finished run, by its recipe and data. */
async function ofRun(
  run: string,
  options: GraphCommandOptions,
  context: CommandContext,
): Promise<Written> {
  const progress = createProgressLine(context, options);
  const { problem } = await openFinishedRun(run, dataOptions(options, progress));
  progress.done();
  const directory = options.out ?? `${basename(run)}-graphs`;
  const target = targetOf(options);
  return {
    directory,
    files: await writeGraphs(directory, { ...problemGraphOptions(problem), target }),
  };
}

async function ofNetwork(name: string, options: GraphCommandOptions): Promise<Written> {
  const { network, weights } = await networkOf(name, options);
  const directory = options.out ?? `${network.name}-graphs`;
  const files = await writeGraphs(directory, {
    network,
    weights,
    loss: lossOf(options, network.classes),
    unroll: {
      steps: options.steps,
      epochs: options.epochs,
      imagesPerStep: options.perClass * (network.classes === 1 ? 2 : network.classes),
      batch: options.batch,
    },
    normalization: {
      mean: perChannel("--mean", options.mean, network, 0),
      std: perChannel("--std", options.std, network, 1),
    },
    target: targetOf(options),
  });
  return { directory, files };
}

const targetOf = ({ lowering }: GraphCommandOptions): Target =>
  lowerings[oneOf("lowering", lowering, loweringNames)];

const addOptions = (command: Command): Command =>
  command
    .option(
      "--steps <S>",
      "gradient steps per epoch, each with its own distilled images",
      parseCount(1),
      1,
    )
    .option("--epochs <E>", "passes over the steps", parseCount(1), 1)
    .option("--per-class <P>", "distilled images per class and step", parseCount(1), 1)
    .option("--batch <B>", "real images in the outer loss", parseCount(1), 256)
    .option(
      "--classes <K>",
      "logits of a built-in network; 1 stands for two classes (default: 10)",
      parseCount(1),
    )
    .option(
      "--input <CxHxW>",
      "shape of an image (default: what the network was made for)",
      parseImageShape,
    )
    .option("--loss <name>", `${lossNames.join(" or ")} (default: the one that fits the classes)`)
    .option(
      "--lowering <name>",
      `${loweringNames.join(", ")}: which device the nodes are chosen for; those of webgpu and cuda are the portable ones`,
      "portable",
    )
    .option(
      "--init <kind>",
      `initial weights: ${weightInitializers.join(", ")} (default: the network's own)`,
    )
    .option(
      "--mean <numbers>",
      "mean of each channel, subtracted from pixel/255 (default: 0)",
      parseNumbers,
    )
    .option("--std <numbers>", "what each channel is then divided by (default: 1)", parsePositive);

const BUILT_IN_ONLY = ["classes", "init"] as const;
const MODEL_ONLY = ["output", "head", "freeze", "train", "batchNormalization"] as const;

/** A built-in network, or a model with its weights. */
async function networkOf(
  name: string,
  options: GraphCommandOptions,
): Promise<{ network: Network; weights?: NetworkWeights }> {
  const isOfModel = isModel({ network: name });
  for (const option of isOfModel ? BUILT_IN_ONLY : MODEL_ONLY) {
    if (options[option] === undefined) continue;
    throw new UsageError(
      `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} is for ${isOfModel ? "built-in networks" : "ONNX models"}, ${name} is none`,
    );
  }
  if (isOfModel) return openModel(name, importOptions(options));
  return { network: builtInNetworkOf(name, options) };
}

function builtInNetworkOf(
  name: string,
  { classes = 10, input, init }: GraphCommandOptions,
): Network {
  const known = oneOf("network", name, networkNames);
  const network = builtIn(known, input ?? defaultInputs[known], classes);
  return init === undefined
    ? network
    : initializedBy(network, oneOf("initialization", init, weightInitializers));
}

function builtIn(...[name, input, classes]: Parameters<typeof builtInNetwork>): Network {
  try {
    return builtInNetwork(name, input, classes);
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(error.message) : error;
  }
}

function lossOf({ loss }: GraphCommandOptions, classes: number) {
  const fitting = lossFor(classes);
  if (loss === undefined || oneOf("loss", loss, lossNames) === fitting) return fitting;
  throw new UsageError(
    `${loss} does not fit ${classes} ${classes === 1 ? "logit" : "logits"}: use --loss ${fitting} or another --classes`,
  );
}

function oneOf<Name extends string>(kind: string, word: string, known: readonly Name[]): Name {
  const found = known.find((name) => name === word);
  if (found !== undefined) return found;
  const near = suggest(word, known);
  const hint = near.length > 0 ? ` Did you mean ${near.join(" or ")}?` : "";
  throw new UsageError(`unknown ${kind} "${word}".${hint} There are: ${known.join(", ")}`);
}

function perChannel(
  option: string,
  numbers: readonly number[] | undefined,
  { input: [channels] }: Network,
  otherwise: number,
): number[] {
  if (numbers === undefined) return Array.from({ length: channels }, () => otherwise);
  if (numbers.length === channels) return [...numbers];
  throw new UsageError(
    `${option}: expected ${channels} numbers, one per channel, got ${numbers.length}`,
  );
}

function parseNumbers(text: string): number[] {
  const numbers = text.split(",").map(Number);
  if (text === "" || !numbers.every(Number.isFinite)) {
    throw new UsageError(`expected numbers such as 0.49,0.48,0.45, got "${text}"`);
  }
  return numbers;
}

function parsePositive(text: string): number[] {
  const numbers = parseNumbers(text);
  if (numbers.every((number) => number > 0)) return numbers;
  throw new UsageError(`--std: expected positive numbers, got "${text}"`);
}

const summary = (directory: string, files: readonly GraphFile[]) => ({
  directory,
  manifest: join(directory, "manifest.json"),
  graphs: Object.fromEntries(files.map(({ stem, ...facts }) => [stem, facts])),
});

const table = (directory: string, files: readonly GraphFile[]): string =>
  [
    formatTable(
      files.map(({ file, bytes, nodes }) => [file, formatBytes(bytes), formatCount(nodes)]),
      { header: ["file", "size", "nodes"], align: ["left", "right", "right"] },
    ),
    `Written to ${directory} with manifest.json`,
  ].join("\n");
