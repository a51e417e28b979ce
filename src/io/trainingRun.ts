/** Networks trained on a data set into a folder: what the `train` command does, without the printing. */
import { join } from "node:path";
import { lossFor } from "../../graphs/index.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Pretraining, TrainingSchedule } from "../distill/pretraining.ts";
import { networkOf } from "../distill/problem.ts";
import { trainingSchedule } from "../distill/trainingSchedules.ts";
import type { Executor } from "../runtime/executor.ts";
import { NetworkFolder, type NetworkList, networkFileName } from "./networkFolder.ts";
import { type DataAndNetwork, openDataAndNetwork } from "./openProblem.ts";
import {
  missingNetworks,
  type PretrainingOptions,
  pretrainedNetworks,
} from "./pretrainedNetworks.ts";
import type { DataOptions } from "./recipeData.ts";
import { weightsFolder } from "./startingNetworks.ts";
import { namedTensors } from "./weights/fitParameters.ts";
import { type WeightFormat, writeParameters } from "./weights/writeParameters.ts";

export interface TrainingRunOptions extends PretrainingOptions, Omit<DataOptions, "signal"> {
  /** Name of a built-in network, or the path of a model, whose weights the networks begin with. */
  readonly network: string;
  /** How a model becomes the network, and how its images are normalised; as in a recipe. */
  readonly model?: DataAndNetwork["model"];
  readonly preprocessing?: DataAndNetwork["preprocessing"];
  /** A data set's name, or the path of the user's own. */
  readonly data: string;
  /** [C,H,W]: the data are converted to images of this shape first. */
  readonly input?: readonly [number, number, number];
  /** How many networks the folder is to hold in the end. */
  readonly networks: number;
  /** What differs from the schedule that `trainingSchedule` has for the data. */
  readonly schedule?: Partial<TrainingSchedule>;
  readonly seed: number;
  /** Folder of the networks; `weights/<network>-<data>` by default. */
  readonly path?: string;
  /** A format that every network is written in besides safetensors. */
  readonly format?: WeightFormat;
  /** Makes the executor, which is closed in the end. */
  startExecutor(network: Pretraining["network"]): Promise<Executor>;
  onStart?(start: {
    readonly path: string;
    readonly dataset: Dataset;
    readonly schedule: TrainingSchedule;
    /** Networks that are still to be trained. */
    readonly missing: number;
  }): void;
}

/** What a folder holds after a training. */
export interface TrainingRunResult extends NetworkList {
  readonly path: string;
  /** Of this training, tests included. */
  readonly seconds: number;
}

/**
 * Trains the networks that the folder lacks.
 * @throws when the folder holds networks that were trained otherwise.
 * @throws {RecipeError} when there is no network of that name, and {RangeError} when it does not take the images.
 * @throws the signal's reason once it is aborted; finished networks are kept.
 */
export async function trainIntoFolder(options: TrainingRunOptions): Promise<TrainingRunResult> {
  const { data, input, seed, networks, model, preprocessing } = options;
  const wanted = { network: options.network, loss: "auto" } as const;
  const { dataset, given } = await openDataAndNetwork(
    { ...wanted, data, imageSize: null, input: input && [...input], seed, model, preprocessing },
    options,
  );
  const network = given?.network ?? networkOf(wanted, dataset);
  const schedule = { ...trainingSchedule(dataset.name), ...options.schedule };
  const start = given?.weights;
  const loss = lossFor(network.classes);
  const pretraining = { network, loss, dataset, schedule, seed, start };
  const path = options.path ?? weightsFolder(network.name, data);
  const folder = await NetworkFolder.open(path, pretraining);
  const executor = await options.startExecutor(network);
  try {
    const missing = missingNetworks(folder, networks).length;
    options.onStart?.({ path, dataset, schedule, missing });
    const began = performance.now();
    const trained = await pretrainedNetworks(folder, pretraining, networks, executor, options);
    const { format = "safetensors" } = options;
    for (const { index, parameters } of format === "safetensors" ? [] : trained) {
      const file = join(path, networkFileName(index, format));
      await writeParameters(file, namedTensors(network, parameters));
    }
    return { path, ...folder.list(), seconds: (performance.now() - began) / 1000 };
  } finally {
    await executor.close();
  }
}
