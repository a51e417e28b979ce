/** What verify.mjs reads: the bundle's tensors, test images and initial weights. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

export const bundle = fileURLToPath(new URL(".", import.meta.url));

export const readJson = (name) => JSON.parse(readFileSync(join(bundle, name), "utf8"));

/** Tensors by name: eight bytes give the length of a JSON header, which says where each tensor lies after it. */
export function readSafetensors(name) {
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
    throw new Error("expected IDX files of unsigned bytes");
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
export function testImages({ input, logits, test_data: source }, data) {
  if (source.format === "none")
    fail(
      `there are no test images: ${source.reason}. Export the bundle again with --with-test-data`,
    );
  const folder = source.format === "safetensors" ? bundle : findFolder(source, data);
  try {
    const [images, labels] = readImages(source, folder);
    if (images.length !== labels.length * product(input))
      throw new Error(`${labels.length} labels, but ${images.length} pixels of [${input}] images`);
    const classes = Math.max(2, logits);
    if (labels.some((label) => !(label < classes)))
      throw new Error(`expected classes below ${classes}`);
    if (createHash("sha256").update(images).digest("hex") !== source.images_sha256)
      console.log(
        `note: these ${labels.length} images are not the ${source.count} that the claim was measured on`,
      );
    return { images, labels };
  } catch (error) {
    return fail(`${source.files.join(", ")} in ${folder}: ${error.message}`);
  }
}

function readImages({ format, files }, folder) {
  if (format === "safetensors") {
    const { images, labels } = readSafetensors(files[0]);
    return [images.data, [...labels.data]];
  }
  const contents = files.map((name) => readFile(join(folder, name)));
  if (format === "cifar10") return readCifar10(Buffer.concat(contents));
  if (format === "usps-text") return readUsps(contents[0]);
  const [images, labels] = contents.map(readIdx);
  return [images, [...labels]];
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
export function generator(seed) {
  let state = Math.imul(seed + 1, 0x85ebca6b);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (((mixed ^ (mixed >>> 15)) >>> 0) + 0.5) / 2 ** 32;
  };
}

/** One parameter from the distribution that the manifest gives it. */
export function draw(init, shape, uniform) {
  // Box and Muller 1958.
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const between = (low, high) => low + (high - low) * uniform();
  const symmetric = (bound) => between(-bound, bound);
  const columns = product(shape.slice(1));
  const { fanIn = columns, fanOut = shape[0] * product(shape.slice(2)) } = init;
  const xavier = (init.gain ?? 1) * Math.sqrt(2 / (fanIn + fanOut));
  const kaiming = (init.gain ?? Math.SQRT2) / Math.sqrt(init.mode === "fan_out" ? fanOut : fanIn);
  if (init.kind === "orthogonal")
    return orthogonal(shape[0], columns, normal).map((value) => (init.gain ?? 1) * value);
  const numbers = {
    zeros: () => 0,
    ones: () => 1,
    constant: () => init.value,
    normal: () => (init.mean ?? 0) + (init.std ?? 1) * normal(),
    uniform: () => between(init.lo ?? 0, init.hi ?? 1),
    pytorch: () => symmetric(1 / Math.sqrt(fanIn)),
    xavier_normal: () => xavier * normal(),
    xavier_uniform: () => symmetric(Math.sqrt(3) * xavier),
    kaiming_normal: () => kaiming * normal(),
    kaiming_uniform: () => symmetric(Math.sqrt(3) * kaiming),
  };
  return Float32Array.from({ length: product(shape) }, numbers[init.kind]);
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

export const product = (lengths) => lengths.reduce((total, length) => total * length, 1);

/** Parameters of each network by name: those of the bundle, or drawn ones. */
export function startingNetworks({ initialization: { kind, files } }, manifest, count, seed) {
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

function fail(message) {
  console.error(`error: ${message}`);
  process.exit(2);
}
