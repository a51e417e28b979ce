/**
 * Repeats the accuracy that this bundle claims, with onnxruntime-node alone.
 *
 * Trains networks on the distilled images by running inner_step.onnx for every step of every epoch, and measures them on
 * test images by evaluate.onnx. Exit code 0: the accuracy agrees with the claimed one; 1: it does not; 2: it cannot be
 * measured.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import ort from "onnxruntime-node";

const bundle = fileURLToPath(new URL(".", import.meta.url));

const readJson = (name) => JSON.parse(readFileSync(join(bundle, name), "utf8"));

/** Tensors by name: eight bytes give the length of a JSON header, which says where each tensor lies after it. */
function readSafetensors(name) {
  const bytes = readFileSync(join(bundle, name));
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const { __metadata__, ...entries } = JSON.parse(bytes.toString("utf8", 8, start));
  const arrays = { F32: Float32Array, I32: Int32Array, U8: Uint8Array };
  const tensors = {};
  for (const [tensor, { dtype, shape, data_offsets: offsets }] of Object.entries(entries)) {
    const [begin, end] = offsets.map((offset) => start + offset);
    // A copy begins at a multiple of the element's size.
    const { buffer } = Uint8Array.from(bytes.subarray(begin, end));
    tensors[tensor] = { data: new arrays[dtype](buffer), shape };
  }
  return tensors;
}

// --- Test images: uint8 [N,C,H,W] and class indices [N]

/** A file or its .gz. */
const readFile = (path) =>
  existsSync(path) ? readFileSync(path) : gunzipSync(readFileSync(`${path}.gz`));

/** Two zeros, a type (8: unsigned byte), the number of axes, their lengths in four bytes each, the bytes. */
function readIdx(bytes) {
  if (bytes.length < 4 || bytes.readUIntBE(0, 3) !== 8)
    fail("expected an IDX file of unsigned bytes, found another file of that name");
  return bytes.subarray(4 + 4 * bytes[3]);
}

/** Records of one label byte and 3,072 pixels, red before green before blue. */
function readCifar10(bytes) {
  const records = Array.from({ length: bytes.length / 3073 }, (_, i) =>
    bytes.subarray(3073 * i, 3073 * (i + 1)),
  );
  return [
    Buffer.concat(records.map((record) => record.subarray(1))),
    records.map(([label]) => label),
  ];
}

/** Lines of a digit and 256 values from -1 to 1; pixels are rounded half to even. */
function readUsps(bytes) {
  const lines = bytes
    .toString("latin1")
    .split("\n")
    .filter((line) => line.trim() !== "");
  const rows = lines.map((line) => line.trim().split(/\s+/).map(Number));
  const pixel = (value) => {
    const exact = (value + 1) * 127.5;
    const below = Math.floor(exact);
    return exact - below === 0.5 ? below + (below % 2) : Math.round(exact);
  };
  return [
    Uint8Array.from(rows.flatMap(([, ...values]) => values.map(pixel))),
    rows.map(([label]) => label),
  ];
}

/** The images that the claim is about, and their labels. */
function testImages({ test_data: source }, data) {
  if (source.format === "none")
    fail(
      `there are no test images: ${source.reason}. Export the bundle again with --with-test-data`,
    );
  let images;
  let labels;
  if (source.format === "safetensors") {
    const tensors = readSafetensors(source.files[0]);
    [images, labels] = [tensors.images.data, tensors.labels.data];
  } else {
    const folder = findFolder(source, data);
    const files = source.files.map((name) => readFile(join(folder, name)));
    if (source.format === "idx") [images, labels] = files.map(readIdx);
    else if (source.format === "cifar10") [images, labels] = readCifar10(Buffer.concat(files));
    else [images, labels] = readUsps(files[0]);
  }
  if (createHash("sha256").update(images).digest("hex") !== source.images_sha256)
    console.log(
      `note: these ${labels.length} images are not the ${source.count} that the claim was measured on`,
    );
  return { images, labels: Array.from(labels) };
}

/** The first of the folders where data sets of this name are kept that has all files. */
function findFolder({ files, folders }, data) {
  if (data === undefined)
    fail(`name the folder of the test images with --data: ${files.join(", ")}, each plain or .gz`);
  const paths = folders.map((folder) => join(data, folder));
  const has = (path, name) => [name, `${name}.gz`].some((file) => existsSync(join(path, file)));
  return (
    paths.find((path) => files.every((name) => has(path, name))) ??
    fail(`no ${files.join(" and ")} (or .gz) in ${paths.join(", ")}`)
  );
}

// --- Initial weights

/** Uniform numbers in (0, 1): a 32-bit counter, mixed (splitmix32). */
function generator(seed) {
  let state = Math.imul(seed + 1, 0x85ebca6b);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (((mixed ^ (mixed >>> 15)) >>> 0) + 0.5) / 2 ** 32;
  };
}

/** One parameter from the distribution that the manifest gives it. */
function draw(init, shape, uniform) {
  const fill = (next) => Float32Array.from({ length: product(shape) }, next);
  // Box and Muller 1958.
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const symmetric = (bound) => fill(() => bound * (2 * uniform() - 1));
  const fanIn = product(shape.slice(1));
  const fanOut = shape[0] * product(shape.slice(2));
  const xavier = (init.gain ?? 1) * Math.sqrt(2 / (fanIn + fanOut));
  const kaiming = (init.gain ?? Math.SQRT2) / Math.sqrt(init.mode === "fan_out" ? fanOut : fanIn);
  switch (init.kind) {
    case "zeros":
      return fill(() => 0);
    case "ones":
      return fill(() => 1);
    case "constant":
      return fill(() => init.value);
    case "normal":
      return fill(() => (init.mean ?? 0) + (init.std ?? 1) * normal());
    case "uniform":
      return fill(() => (init.lo ?? 0) + ((init.hi ?? 1) - (init.lo ?? 0)) * uniform());
    case "pytorch":
      return symmetric(1 / Math.sqrt(init.fanIn ?? fanIn));
    case "orthogonal":
      return orthogonal(shape[0], fanIn, normal).map((value) => (init.gain ?? 1) * value);
    case "xavier_normal":
      return fill(() => xavier * normal());
    case "xavier_uniform":
      return symmetric(Math.sqrt(3) * xavier);
    case "kaiming_normal":
      return fill(() => kaiming * normal());
    case "kaiming_uniform":
      return symmetric(Math.sqrt(3) * kaiming);
    default:
      return fail(`the initializer ${init.kind} is unknown`);
  }
}

/** A matrix with orthonormal rows or columns, whichever are fewer, by Gram and Schmidt. */
function orthogonal(rows, columns, normal) {
  const [count, length] = rows <= columns ? [rows, columns] : [columns, rows];
  const vectors = [];
  while (vectors.length < count) {
    let vector = Float64Array.from({ length }, normal);
    for (const other of vectors) {
      const along = other.reduce((sum, value, i) => sum + value * vector[i], 0);
      vector = vector.map((value, i) => value - along * other[i]);
    }
    const norm = Math.hypot(...vector);
    vectors.push(vector.map((value) => value / norm));
  }
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return rows <= columns ? vectors[row][column] : vectors[column][row];
  });
}

const product = (lengths) => lengths.reduce((total, length) => total * length, 1);

/** Parameters of each network by name: those of the bundle, or drawn ones. */
function startingNetworks({ initialization: { kind, files } }, manifest, count, seed) {
  if (files.length > 0) return files.slice(0, count).map(readSafetensors);
  if (kind !== "random")
    fail(
      "the bundle lacks the networks that the accuracy was measured from: export it again with --weights",
    );
  return Array.from({ length: count ?? 20 }, (_, i) => {
    const uniform = generator(1000 * seed + i);
    const specs = [...manifest.parameters, ...manifest.buffers];
    const drawn = specs.map(({ name, shape, init }) => [
      name,
      { data: draw(init, shape, uniform), shape },
    ]);
    return Object.fromEntries(drawn);
  });
}

// --- Training and measuring

/** A graph of the manifest as a function. Tensors of parameters go by the parameter's name, all others by their role. */
async function openGraph(manifest, stem) {
  const { file, inputs, outputs } = manifest.graphs[stem];
  const session = await ort.InferenceSession.create(join(bundle, file), {
    executionProviders: ["cpu"],
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

function fail(message) {
  console.error(`error: ${message}`);
  process.exit(2);
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
const innerStep = await openGraph(manifest, "inner_step");
const evaluate = await openGraph(manifest, "evaluate");
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
