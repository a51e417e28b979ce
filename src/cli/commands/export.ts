/** `onnx-distill export`: a finished run as a bundle that verifies itself elsewhere. */
import { basename, resolve } from "node:path";
import type { BundleConfig } from "../../io/bundle/bundleConfig.ts";
import { type Bundle, exportBundle } from "../../io/bundle/exportBundle.ts";
import { type CommonOptions, defineCommand, printResult, type Register } from "../command.ts";
import { type DataCommandOptions, dataOptions, withData } from "../dataOptions.ts";
import { formatPercent, formatTable } from "../format.ts";
import { createProgressLine } from "../progressLine.ts";

interface ExportOptions extends CommonOptions, DataCommandOptions {
  readonly weights?: string;
  readonly withTestData?: boolean;
}

export const registerExport: Register = (program, context) => {
  const command = defineCommand(
    program,
    "export <run>",
    "Writes a run as a bundle: images, graphs, initial weights, a model card, and programs that repeat its accuracy.",
    "onnx-distill export runs/mnist-fixed-1 --data ~/datasets --out mnist-fixed-bundle",
  )
    .option(
      "--weights <folder>",
      "folder of the networks that a pre-trained initialisation was evaluated from (default: weights/<network>-<data>)",
    )
    .option("--with-test-data", "put the test images into the bundle, as the network takes them");
  withData(command).action(async (run: string, options: ExportOptions) => {
    const progress = createProgressLine(context, options);
    const bundle = await exportBundle({
      ...dataOptions(options, progress),
      run,
      path: options.out ?? `${basename(resolve(run))}-bundle`,
      weights: options.weights,
      withTestData: options.withTestData,
      signal: context.signal,
      onNetwork: (done, total) => progress.update(`measuring: ${done} of ${total} networks`),
    });
    progress.done();
    for (const message of [...missing(bundle), ...drift(bundle.config)]) progress.message(message);
    printResult(context, options, asJson(bundle), asText(bundle));
  });
};

/** What the verifiers will lack. */
function missing({ config: { initialization, test_data } }: Bundle): string[] {
  const messages: string[] = [];
  if (initialization.kind !== "random" && initialization.files.length === 0)
    messages.push(
      "no pre-trained networks were found, and the verifiers need them: name their folder with --weights",
    );
  if (test_data.format === "none")
    messages.push(
      `the bundle has no test images to verify with: ${test_data.reason}. Add them with --with-test-data`,
    );
  return messages;
}

/** Where the claim is not what the run measured. */
function drift({ accuracy, accuracy_in_run, tolerance, steps, epochs }: BundleConfig): string[] {
  if (Math.abs(accuracy.mean - accuracy_in_run.mean) <= tolerance) return [];
  return [
    `the bundle claims what its portable graphs give, ${formatPercent(accuracy)}; those of the run gave ${formatPercent(accuracy_in_run)}, since rounding grows over ${steps * epochs} steps`,
  ];
}

const asJson = ({ path, files, config }: Bundle) => ({
  bundle: path,
  files,
  accuracy: config.accuracy,
  tolerance: config.tolerance,
  verifiable: missing({ path, files, config }).length === 0,
});

const asText = ({ path, files, config }: Bundle): string =>
  formatTable([
    ["accuracy claimed", formatPercent(config.accuracy)],
    ["files", String(files.length)],
    ["verify with", `python ${path}/verify.py${dataArgument(config)}`],
    ["or", `node ${path}/verify.mjs${dataArgument(config)}`],
  ]);

const dataArgument = ({ test_data }: Bundle["config"]): string =>
  test_data.format === "safetensors" ? "" : " --data FOLDER";
