/**
 * Repeats the accuracy that this bundle claims, with onnxruntime-node alone.
 *
 * Trains networks on the distilled images by running inner_step.onnx for every step of every epoch, and measures them on
 * test images by evaluate.onnx. Exit code 0: the accuracy agrees with the claimed one; 1: it does not; 2: it cannot be
 * measured.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import ort from "onnxruntime-node";
import {
  bundle,
  product,
  readJson,
  readSafetensors,
  startingNetworks,
  testImages,
} from "./verify-inputs.mjs";

/**
 * A graph of the manifest as a function. Tensors of parameters go by the parameter's name, all others by their role. It
 * runs as it is written, not as a version of ONNX Runtime rewrites it: over many steps rounding shows.
 */
async function openGraph(manifest, stem, threads) {
  const { file, inputs, outputs } = manifest.graphs[stem];
  const session = await ort.InferenceSession.create(join(bundle, file), {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    graphOptimizationLevel: "disabled",
  });
  const key = ({ parameter, role }) => parameter ?? role;
  const run = async (tensors) => {
    const feeds = inputs.map((input) => {
      const { data, shape } = tensors[key(input)];
      return [input.name, new ort.Tensor("float32", data, shape)];
    });
    const results = await session.run(Object.fromEntries(feeds));
    return Object.fromEntries(
      outputs.map((output) => [
        key(output),
        { data: results[output.name].data, shape: output.shape },
      ]),
    );
  };
  return { inputs, run };
}

/** One gradient step after the other: step s of epoch e has the rate e * steps + s and the images of step s. */
async function train(innerStep, parameters, distilled, steps) {
  const ofStep = ({ data, shape: [, ...shape] }, s) => ({
    data: data.subarray(s * product(shape), (s + 1) * product(shape)),
    shape,
  });
  let trained = parameters;
  for (const [i, rate] of distilled.learning_rates.data.entries()) {
    const next = await innerStep.run({
      ...trained,
      images: ofStep(distilled.images, i % steps),
      labels: ofStep(distilled.labels, i % steps),
      learning_rate: { data: Float32Array.of(rate), shape: [1] },
    });
    trained = { ...trained, ...next };
  }
  return trained;
}

/** Whether each image is predicted as its label, [N]. The last batch is padded. */
async function correct(evaluate, parameters, { images, labels }, config) {
  const [batch] = evaluate.inputs.find(({ role }) => role === "real_images").shape;
  const { input, logits, normalization } = config;
  const [, height, width] = input;
  const size = product(input);
  const hits = [];
  for (let start = 0; start < labels.length; start += batch) {
    const count = Math.min(batch, labels.length - start);
    const realImages = new Float32Array(batch * size);
    for (let i = 0; i < count * size; i++) {
      const channel = Math.floor((i % size) / (height * width));
      const { mean, std } = normalization;
      realImages[i] = (images[start * size + i] / 255 - mean[channel]) / std[channel];
    }
    const realLabels = new Float32Array(batch * logits);
    for (let i = 0; i < count; i++) {
      if (logits === 1) realLabels[i] = labels[start + i];
      else realLabels[i * logits + labels[start + i]] = 1;
    }
    const result = await evaluate.run({
      ...parameters,
      real_images: { data: realImages, shape: [batch, ...input] },
      real_labels: { data: realLabels, shape: [batch, logits] },
    });
    hits.push(...result.correct.data.subarray(0, count));
  }
  return hits;
}

/** Mean and sample standard deviation. */
function statistic(values) {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, std: Math.sqrt(squares / Math.max(1, n - 1)), n };
}

function perCent({ mean, std, n }) {
  const spread = n > 1 ? ` ± ${(100 * std).toFixed(2)}` : "";
  return `${(100 * mean).toFixed(2)}${spread} % (n = ${n})`;
}

const { values: options } = parseArgs({
  options: {
    data: { type: "string" },
    networks: { type: "string" },
    seed: { type: "string", default: "1" },
    help: { type: "boolean", short: "h" },
  },
});
if (options.help) {
  console.log(`usage: node verify.mjs [--data FOLDER] [--networks N] [--seed N]

--data      folder of the data set, or the folder above it
--networks  networks to train (default: those of the bundle, or 20)
--seed      of weights that are drawn here`);
  process.exit(0);
}
const config = readJson("config.json");
const manifest = readJson("manifest.json");
const distilled = readSafetensors("distilled.safetensors");
const wanted = options.networks === undefined ? undefined : Number(options.networks);
const networks = startingNetworks(config, manifest, wanted, Number(options.seed));
const { images, labels } = testImages(config, options.data);

const { objective, accuracy: claimed, tolerance } = config;
const isAttacked = (label) => objective.kind === "attack" && label === objective.from;
const changed = labels.map((label) => (isAttacked(label) ? objective.to : label));
// With one thread, sums over a step do not depend on the number of cores; 0 stands for all of them.
const innerStep = await openGraph(manifest, "inner_step", 1);
const evaluate = await openGraph(manifest, "evaluate", 0);
const accuracies = [];
const shares = [];
for (const parameters of networks) {
  const trained = await train(innerStep, parameters, distilled, config.steps);
  const hits = await correct(evaluate, trained, { images, labels: changed }, config);
  accuracies.push(statistic(hits).mean);
  shares.push(statistic(hits.filter((_, i) => isAttacked(labels[i]))).mean);
}

const measured = statistic(accuracies);
console.log(`claimed   ${perCent(claimed)}`);
console.log(`measured  ${perCent(measured)} on ${labels.length} test images`);
if (objective.kind === "attack") {
  console.log(`of "${objective.from_class}" predicted as "${objective.to_class}":`);
  console.log(`claimed   ${perCent(objective.from_as_to)}`);
  console.log(`measured  ${perCent(statistic(shares))}`);
}
const difference = Math.abs(measured.mean - claimed.mean);
const agrees = difference <= tolerance;
console.log(
  `${agrees ? "OK" : "NOT OK"}: ${(100 * difference).toFixed(2)} points apart, ${(100 * tolerance).toFixed(2)} allowed`,
);
process.exitCode = agrees ? 0 : 1;
