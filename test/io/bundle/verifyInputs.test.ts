import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { decodeCifar10 } from "../../../src/data/cifar10.ts";
import type { Split } from "../../../src/data/dataset.ts";
import { idxSplit } from "../../../src/data/idx.ts";
import { decodeUspsText } from "../../../src/data/usps.ts";
import { random } from "../../../src/random/generator.ts";
import { type Initializer, initialize } from "../../../src/random/initializers.ts";
import { idxFile } from "../../data/idxFile.ts";
import { lacking, runPython } from "../../python.ts";
import { temporaryFolder } from "../../temporaryFolder.ts";

const sources = fileURLToPath(new URL("../../../src/io/bundle/", import.meta.url));
const script = fileURLToPath(new URL("../python/verify_inputs.py", import.meta.url));
const inJavaScript = await import(join(sources, "verify-inputs.mjs"));
const lacks = lacking("numpy", "onnxruntime");
const folder = temporaryFolder();

const inPython = (...args: unknown[]) => {
  const { stdout, stderr } = runPython(script, sources, ...args.map((arg) => JSON.stringify(arg)));
  expect(stderr).toBe("");
  return JSON.parse(stdout);
};

const stream = random(1, "bytes");
const bytes = (length: number) => Uint8Array.from({ length }, () => stream.integer(256));
const digits = Uint8Array.from([3, 1, 9, 0]);

const idx = { images: idxFile([4, 28, 28], bytes(4 * 784)), labels: idxFile([4], digits) };
const cifar = Uint8Array.from([...digits].flatMap((label) => [label, ...bytes(3072)]));
const usps = [...digits]
  .map((label) => `${label}.0000 ${[...bytes(256)].map((v) => (v / 128 - 1).toFixed(3)).join(" ")}`)
  .join("\n");

function write(name: string, files: Record<string, Uint8Array | string>): void {
  mkdirSync(join(folder, name), { recursive: true });
  for (const [file, content] of Object.entries(files))
    writeFileSync(join(folder, name, file), content);
}
write("mnist", { "t10k-images.gz": gzipSync(idx.images), "t10k-labels": idx.labels });
write("cifar10", {
  "test_batch.bin": cifar.subarray(0, 2 * 3073),
  "more.bin.gz": gzipSync(cifar.subarray(2 * 3073)),
});
write("usps", { "zip.test": `${usps}\n` });

const cases: [string, number[], string[], Split][] = [
  [
    "idx",
    [1, 28, 28],
    ["t10k-images", "t10k-labels"],
    idxSplit(idx.images, idx.labels, [28, 28], 10),
  ],
  ["cifar10", [3, 32, 32], ["test_batch.bin", "more.bin"], decodeCifar10([cifar])],
  ["usps-text", [1, 16, 16], ["zip.test"], decodeUspsText(new TextEncoder().encode(usps))],
];

const sha256 = (images: Uint8Array) => createHash("sha256").update(images).digest("hex");

describe("the verifiers read test images as the library does", () => {
  const configOf = ([format, input, files, { images, count }]: (typeof cases)[number]) => ({
    input,
    logits: 10,
    test_data: {
      format,
      files,
      folders: ["mnist", "cifar10", "usps"],
      count,
      images_sha256: sha256(images),
    },
  });

  test.each(cases)("%s in JavaScript", (...wanted) => {
    const { images, labels } = inJavaScript.testImages(configOf(wanted), folder);
    expect(sha256(images)).toBe(sha256(wanted[3].images));
    expect(labels).toEqual([...wanted[3].labels]);
  });

  test.skipIf(lacks).each(cases)("%s in Python", (...wanted) => {
    const { shape, sha256: hash, labels } = inPython("images", configOf(wanted), folder);
    expect(shape).toEqual([4, ...wanted[1]]);
    expect(hash).toBe(sha256(wanted[3].images));
    expect(labels).toEqual([...wanted[3].labels]);
  });
});

const shape = [48, 16, 5, 5];
const initializers: Initializer[] = [
  { kind: "xavier_normal", gain: 2 },
  { kind: "xavier_uniform" },
  { kind: "kaiming_normal" },
  { kind: "kaiming_uniform", mode: "fan_out", gain: 1 },
  { kind: "orthogonal", gain: 0.5 },
  { kind: "pytorch" },
  { kind: "pytorch", fanIn: 100 },
  { kind: "xavier_normal", fanIn: 10, fanOut: 90 },
  { kind: "kaiming_uniform", fanIn: 10, fanOut: 90 },
  { kind: "kaiming_normal", mode: "fan_out", fanIn: 10, fanOut: 90 },
  { kind: "normal", mean: 3, std: 0.1 },
  { kind: "uniform", lo: -1, hi: 3 },
  { kind: "zeros" },
  { kind: "ones" },
  { kind: "constant", value: 0.25 },
];

/** Mean, standard deviation and largest deviation from the mean. */
function moments(values: ArrayLike<number>): number[] {
  const all = Array.from(values);
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  const deviations = all.map((value) => Math.abs(value - mean));
  return [
    mean,
    Math.sqrt(deviations.reduce((sum, value) => sum + value ** 2, 0) / all.length),
    Math.max(...deviations),
  ];
}

describe("the verifiers draw from the distributions of the library", () => {
  /** The largest of normal numbers varies, that of uniform ones hardly. */
  const expectAlike = (init: Initializer, drawn: ArrayLike<number>): void => {
    expect(drawn).toHaveLength(48 * 16 * 25);
    const [mean, std, largest] = moments(drawn);
    const wanted = moments(initialize(init, shape, random(1, "wanted")));
    const slack = 0.02 * wanted[1]! + 1e-7;
    expect(Math.abs(mean! - wanted[0]!)).toBeLessThanOrEqual(slack);
    expect(Math.abs(std! - wanted[1]!)).toBeLessThanOrEqual(slack);
    const isNormal = /normal|orthogonal/.test(init.kind);
    expect(Math.abs(largest! - wanted[2]!)).toBeLessThanOrEqual((isNormal ? 75 : 1) * slack);
  };

  test.each(initializers)("$kind in JavaScript", (init) => {
    expectAlike(init, inJavaScript.draw(init, shape, inJavaScript.generator(1)));
  });

  test.skipIf(lacks)("all of them in Python", () => {
    const drawn: number[][] = inPython("draw", initializers, shape);
    for (const [i, init] of initializers.entries()) expectAlike(init, drawn[i]!);
  });

  test("orthogonal weights have orthonormal rows, or columns where those are fewer", () => {
    for (const [rows, columns] of [
      [5, 8],
      [8, 5],
    ] as const) {
      const drawn = inJavaScript.draw(
        { kind: "orthogonal" },
        [rows, columns],
        inJavaScript.generator(2),
      );
      const at = (vector: number, i: number) =>
        drawn[rows < columns ? vector * columns + i : i * columns + vector];
      for (let a = 0; a < 5; a++) {
        for (let b = 0; b < 5; b++) {
          const product = Array.from({ length: 8 }, (_, i) => at(a, i) * at(b, i));
          expect(product.reduce((sum, term) => sum + term, 0)).toBeCloseTo(Number(a === b), 5);
        }
      }
    }
  });
});
