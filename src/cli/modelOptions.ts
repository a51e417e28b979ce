/** Options of commands that read an ONNX model. */
import type { Command } from "commander";
import type { ImportOptions } from "../onnx/import/importModel.ts";
import { collect } from "./command.ts";
import { UsageError } from "./errors.ts";
import { type ImageShape, parseImageShape } from "./imageShape.ts";

export interface ModelOptions {
  readonly input?: ImageShape;
  readonly output?: string;
  readonly head?: { readonly layer: string; readonly classes: number };
  readonly freeze?: readonly string[];
  readonly train?: readonly string[];
  readonly batchNormalization?: "evaluation" | "batch";
}

/** Adds them but for --input, which some commands have already. */
export const withModel = (command: Command): Command =>
  command
    .option("--output <name>", "output that holds the logits, where a model has several")
    .option(
      "--head <layer=K>",
      "a new last layer for K classes in place of that one, such as fc3=20",
      parseHead,
    )
    .option(
      "--freeze <pattern>",
      "tensors that are not trained, with * for any characters; repeatable",
      collect,
    )
    .option(
      "--train <pattern>",
      "tensors that are trained though they would not be; repeatable",
      collect,
    )
    .option(
      "--batch-normalization <mode>",
      "evaluation, with the model's statistics (default), or batch, with those of each batch",
      parseMode,
    );

/** Adds --head, which takes its classes from the data, and --freeze: for commands that have data. */
export const withHeadAndFreeze = (command: Command): Command =>
  command
    .option("--head <layer>", "of a model: the layer that becomes a new one for the data's classes")
    .option(
      "--freeze <pattern>",
      "of a model: tensors that are not trained, with * for any characters; repeatable",
      collect,
    );

export const withImageShape = (command: Command): Command =>
  command.option(
    "--input <CxHxW>",
    "shape of an image, where the model leaves it open",
    parseImageShape,
  );

/** What of the options concerns the import. */
export const importOptions = ({
  input,
  output,
  head,
  freeze,
  train,
  batchNormalization,
}: ModelOptions): ImportOptions => ({ input, output, head, freeze, train, batchNormalization });

function parseHead(text: string): { layer: string; classes: number } {
  const [, layer, classes] = /^(.+)=([1-9]\d*)$/.exec(text) ?? [];
  if (layer && classes) return { layer, classes: Number(classes) };
  throw new UsageError(`--head: expected a layer and its classes such as fc3=20, got "${text}"`);
}

function parseMode(text: string): "evaluation" | "batch" {
  if (text === "evaluation" || text === "batch") return text;
  throw new UsageError(`--batch-normalization: expected evaluation or batch, got "${text}"`);
}
