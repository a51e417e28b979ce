/** `onnx-distill train`: networks trained on a data set, for recipes that start from such. */

import { type Command, Option } from "commander";
import {
  parsePreprocessing as checkPreprocessing,
  type Recipe,
  RecipeError,
} from "../../distill/recipe.ts";
import { trainingSchedule } from "../../distill/trainingSchedules.ts";
import { type TrainingRunResult, trainIntoFolder } from "../../io/trainingRun.ts";
import { type WeightFormat, writtenFormats } from "../../io/weights/writeParameters.ts";
import {
  type CommandContext,
  type CommonOptions,
  defineCommand,
  parseCount,
  parsePositive,
  printResult,
  type Register,
} from "../command.ts";
import { type DataCommandOptions, dataOptions, withData } from "../dataOptions.ts";
import { UsageError } from "../errors.ts";
import { formatCount, formatDuration, formatPercent, formatTable } from "../format.ts";
import { type ImageShape, parseImageShape } from "../imageShape.ts";
import { withHeadAndFreeze } from "../modelOptions.ts";
import { createProgressLine } from "../progressLine.ts";
import { type ResourceOptions, startWorkers, withWorkers } from "../resources.ts";
import { createTrainingText } from "../trainingText.ts";

interface TrainOptions extends CommonOptions, ResourceOptions, DataCommandOptions {
  readonly networks: number;
  readonly epochs?: number;
  readonly batch?: number;
  readonly rate?: number;
  readonly decayEvery?: number;
  readonly input?: ImageShape;
  readonly format?: WeightFormat;
  readonly head?: string;
  readonly freeze?: readonly string[];
  readonly preprocessing?: Recipe["preprocessing"];
}

export const registerTrain: Register = (program, context) => {
  const command = defineCommand(
    program,
    "train <network|model.onnx> <dataset>",
    "Trains networks on a data set by Adam, for recipes that start from pre-trained ones.",
    "onnx-distill train lenet mnist --networks 70 --data ~/datasets --out weights/lenet-mnist",
  ).addHelpText("after", explanation);
  withWorkers(withData(withHeadAndFreeze(addOptions(command)))).action(
    async (network: string, dataset: string, options: TrainOptions) => {
      const result = await train(network, dataset, options, context);
      if (result) printResult(context, options, asJson(result), asText(result));
    },
  );
};

const known = ["mnist", "usps", "stroke-digits", "svhn", "cifar10"]
  .map((name) => {
    const { epochs, rate, decayEvery } = trainingSchedule(name);
    return `  ${name.padEnd(13)} ${epochs} epochs, rate ${rate}, halved every ${decayEvery}`;
  })
  .join("\n");

const explanation = `
The folder (default: weights/<network>-<dataset>) gets a safetensors file per network and networks.json, which lists
their test accuracies. The same command continues a job that was stopped, and more --networks add to it; a folder of
networks that were trained otherwise is refused.

Schedules unless options say otherwise, other data as mnist:
${known}`;

const addOptions = (command: Command): Command =>
  command
    .option(
      "--preprocessing <json>",
      'of a model: mean and std of pixel/255 per channel, and "channels", as in a recipe',
      parsePreprocessing,
    )
    .option("--networks <n>", "networks that the folder is to hold", parseCount(1), 1)
    .option("--epochs <n>", "passes over the training images", parseCount(1))
    .option("--batch <B>", "images of a step", parseCount(1))
    .option("--rate <number>", "Adam's learning rate in the first epoch", parsePositive)
    .option("--decay-every <n>", "epochs after which the rate is halved", parseCount(1))
    .option(
      "--input <CxHxW>",
      "convert images to this shape, such as 1x28x28, where the network needs it",
      parseImageShape,
    )
    .addOption(
      new Option(
        "--format <name>",
        "also write every network in this format, beside its safetensors file",
      ).choices(writtenFormats),
    );

/** Undefined when it was interrupted. */
async function train(
  network: string,
  data: string,
  options: TrainOptions,
  { signal, ...context }: CommandContext,
): Promise<TrainingRunResult | undefined> {
  const { networks, input, format, seed = 1, out, epochs, batch, rate, decayEvery } = options;
  const { head, freeze, preprocessing } = options;
  const progress = createProgressLine(context, options);
  const asked = Object.entries({ epochs, batch, rate, decayEvery });
  const text = createTrainingText(networks);
  try {
    return await trainIntoFolder({
      network,
      data,
      input,
      model: head || freeze ? { head, freeze: freeze && [...freeze] } : undefined,
      preprocessing,
      networks,
      format,
      seed,
      path: out,
      schedule: Object.fromEntries(asked.filter(([, value]) => value !== undefined)),
      ...dataOptions(options, progress),
      signal,
      startExecutor: (built) =>
        startWorkers({ ...options, signal }, (text) => progress.message(text), built),
      onStart: ({ path, dataset, schedule, missing }) => {
        progress.message(
          `${network} on ${dataset.name}, ${formatCount(dataset.train.count)} training and ${formatCount(dataset.test.count)} test images`,
        );
        progress.message(
          missing === 0
            ? `${path} holds all ${networks} networks already`
            : `${missing} of ${networks} networks to train: ${schedule.epochs} epochs of batch ${schedule.batch}, rate ${schedule.rate}, halved every ${schedule.decayEvery}; into ${path}`,
        );
      },
      onProgress: (state) => progress.update(text(state)),
      onNetwork: ({ index, testAccuracy }) =>
        progress.message(
          `network ${index + 1} of ${networks}: ${(100 * testAccuracy).toFixed(2)} % of the test images`,
        ),
    });
  } catch (error) {
    progress.done();
    if (!signal.aborted || error !== signal.reason) throw error;
    progress.message("stopped; finished networks are kept, the same command continues");
    return undefined;
  } finally {
    progress.done();
  }
}

const asJson = ({ path, accuracy, seconds, network, data, networks }: TrainingRunResult) => ({
  out: path,
  network,
  data,
  accuracy,
  seconds,
  networks,
});

const asText = ({ path, accuracy, seconds, networks }: TrainingRunResult): string =>
  formatTable([
    ["networks", String(networks.length)],
    ["test accuracy", formatPercent(accuracy)],
    ["training time", formatDuration(seconds)],
    ["folder", path],
  ]);

function parsePreprocessing(text: string): Recipe["preprocessing"] {
  try {
    return checkPreprocessing(JSON.parse(text));
  } catch (error) {
    if (error instanceof RecipeError || error instanceof SyntaxError) {
      throw new UsageError(`--preprocessing: ${error.message}`);
    }
    throw error;
  }
}
