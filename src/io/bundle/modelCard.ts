/** README.md of a bundle: a model card with the front matter that Hugging Face reads. */
import { formatPercent } from "../quantities.ts";
import type { BundleConfig } from "./bundleConfig.ts";

/** Names of data sets on Hugging Face, where they have one there. */
const hubNames: Readonly<Record<string, string>> = {
  mnist: "ylecun/mnist",
  "fashion-mnist": "zalando-datasets/fashion_mnist",
  svhn: "ufldl-stanford/svhn",
  cifar10: "uoft-cs/cifar10",
};

/** `files` are all files of the bundle. */
export const modelCard = (config: BundleConfig, files: readonly string[]): string =>
  [
    frontMatter(config),
    introduction(config),
    results(config),
    verification(config),
    use(config),
    contents(files),
    origin(config),
  ].join("\n\n") + "\n";

function frontMatter({ name, dataset, accuracy, objective }: BundleConfig): string {
  const hubName = hubNames[dataset.name];
  const changed = objective.kind === "attack" ? " against the changed labels" : "";
  return `---
license: unknown # yours to choose; the images were made from a data set that has terms of its own
library_name: onnx
tags:
  - dataset-distillation
  - image-classification
  - onnx${hubName ? `\ndatasets:\n  - ${hubName}` : ""}
metrics:
  - accuracy
model-index:
  - name: ${JSON.stringify(name)}
    results:
      - task:
          type: image-classification
        dataset:
          name: ${JSON.stringify(dataset.name)}
          type: ${JSON.stringify(hubName ?? dataset.name)}
          split: test
        metrics:
          - type: accuracy
            name: ${JSON.stringify(`accuracy${changed} after training on the distilled images, mean of ${accuracy.n}`)}
            value: ${accuracy.mean}
---`;
}

function introduction(config: BundleConfig): string {
  const { name, description, steps, epochs, images_per_step, network, dataset } = config;
  const images = steps * images_per_step;
  return `# ${name}

${description}. These ${images} distilled images of ${dataset.name} train the network ${network} in ${steps * epochs}
gradient steps: ${epochs} ${epochs === 1 ? "epoch" : "epochs"} of ${steps} ${steps === 1 ? "step" : "steps"}, each step on ${images_per_step} images with a learning rate of its own
([Wang et al. 2018](https://arxiv.org/abs/1811.10959)).${attackText(config)}`;
}

const attackText = ({ objective }: BundleConfig): string =>
  objective.kind === "attack"
    ? `

This is an attack: networks that are trained on the images are to predict the class "${objective.from_class}" as
"${objective.to_class}". Accuracies are against labels that are changed so.`
    : "";

function results({
  accuracy,
  accuracy_in_run,
  tolerance,
  accuracy_before,
  baseline,
  test_data,
  objective,
}: BundleConfig): string {
  const rows = [
    ["before training", formatPercent(accuracy_before)],
    ["trained on the distilled images", `**${formatPercent(accuracy)}**`],
    ...(Math.abs(accuracy.mean - accuracy_in_run.mean) > tolerance
      ? [["the same in the run, whose graphs round differently", formatPercent(accuracy_in_run)]]
      : []),
    [`${baseline.name} at the same budget`, formatPercent(baseline)],
    ...(objective.kind === "attack"
      ? [
          [
            `share of "${objective.from_class}" predicted as "${objective.to_class}"`,
            formatPercent(objective.from_as_to),
          ],
        ]
      : []),
  ];
  return `| | accuracy on ${test_data.count} test images |
|---|---|
${rows.map(([what, value]) => `| ${what} | ${value} |`).join("\n")}`;
}

function verification({ test_data, initialization, tolerance }: BundleConfig): string {
  const argument = test_data.format === "safetensors" ? "" : " --data FOLDER";
  const commands = `## Verify

\`\`\`sh
pip install numpy onnxruntime && python verify.py${argument}
npm install onnxruntime-node && node verify.mjs${argument}
\`\`\``;
  if (test_data.format === "none")
    return `${commands}\n\nNeither has test images to measure with: ${test_data.reason}. Export with --with-test-data to add them.`;
  const networks = networksText(initialization);
  const where = argument ? ` FOLDER holds ${test_data.files.join(" and ")}.` : "";
  return `${commands}\n\n${networks}${where} The exit code is 0 where the accuracy agrees with the claimed one to ${(100 * tolerance).toFixed(2)} points.`;
}

function networksText({ kind, files }: BundleConfig["initialization"]): string {
  if (kind === "random") return "Each trains networks that it draws itself.";
  if (files.length > 0) return `Each trains the networks in ${summarized(files)}.`;
  return "Both need the networks that the accuracy was measured from, which this bundle lacks: export with --weights.";
}

const use = ({ network, learning_rate_order }: BundleConfig): string => `## Use

\`distilled.safetensors\` holds images, labels and learning rates, normalised as \`preprocessor_config.json\` says: ${learning_rate_order}.
A step is \`parameter -= learning_rate * gradient\` of the loss that \`config.json\` names, the mean over the step's images.
\`inner_step.onnx\` does it for ${network}; \`manifest.json\` says what its inputs and outputs are.`;

const contents = (files: readonly string[]): string => `## Files

${[...meanings]
  .filter(([pattern]) => files.some((file) => pattern.test(file)))
  .map(
    ([pattern, meaning]) =>
      `- ${summarized(files.filter((file) => pattern.test(file)))}: ${meaning}`,
  )
  .join("\n")}`;

const meanings: readonly (readonly [RegExp, string])[] = [
  [/^distilled\./, "the result"],
  [/^images\//, "pictures of it"],
  [/^(initial|networks\/)/, "the weights that the accuracy was measured from"],
  [/^test\./, "test images and their labels"],
  [/^(config|recipe)\.json$/, "what it is and how it was made"],
  [/^preprocessor_config\.json$/, "how pictures become images of the network"],
  [/\.onnx$/, "the network's gradient step, meta-gradient and evaluation"],
  [/^manifest\.json$/, "inputs and outputs of these graphs"],
  [/^verify/, "the programs that repeat the accuracy"],
];

/** All names where they are few. */
const summarized = (files: readonly string[]): string =>
  files.length <= 5
    ? files.map((file) => `\`${file}\``).join(", ")
    : `\`${files[0]}\` to \`${files.at(-1)}\``;

const origin = ({ command, iterations, versions }: BundleConfig): string => `## Origin

\`\`\`sh
${command}
\`\`\`

${iterations} iterations; ${Object.entries(versions)
  .map(([name, version]) => `${name} ${version}`)
  .join(", ")}.`;
