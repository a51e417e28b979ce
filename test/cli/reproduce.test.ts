import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { random } from "../../src/random/generator.ts";
import { idxFile } from "../data/idxFile.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { type Ended, run, start } from "./program.ts";

const root = temporaryFolder();
const read = (...names: string[]) => readFileSync(join(root, ...names), "utf8");
const statistic = { mean: expect.any(Number), std: expect.any(Number), n: expect.any(Number) };

/** Ten classes of noise in MNIST's files: enough for the recipes' held-out images. */
function writeNoise(): void {
  const folder = join(root, "data", "mnist");
  mkdirSync(folder, { recursive: true });
  for (const [part, count] of [
    ["train", 2300],
    ["t10k", 50],
  ] as const) {
    const stream = random(1, `noise ${part}`);
    const pixels = Uint8Array.from({ length: count * 784 }, () => stream.integer(256));
    const labels = Array.from({ length: count }, (_, i) => i % 10);
    writeFileSync(join(folder, `${part}-images-idx3-ubyte`), idxFile([count, 28, 28], pixels));
    writeFileSync(join(folder, `${part}-labels-idx1-ubyte`), idxFile([count], labels));
  }
}

const toy = (study: string, out: string, iterations: number, ...parts: string[]): string[] => [
  "reproduce",
  study,
  ...parts.map((part) => `--only=${part}`),
  `--iterations=${iterations}`,
  "--networks=2",
  "--data=data",
  "--workers=1",
  "--threads=1",
  `--out=${out}`,
];

const table = [...toy("table1", "table", 2, "mnist-fixed", "cifar10-fixed"), "--quick"];
let first: Ended;

beforeAll(async () => {
  writeNoise();
  first = await run(root, ...table, "--json", "--quiet");
}, 120_000);

test("a study is one JSON document, and a part without data is listed with what to do", () => {
  expect([first.code, first.stderr]).toEqual([0, ""]);
  const { study, report, parts, notRun } = JSON.parse(first.stdout);
  expect([study, report]).toEqual(["table1", join("table", "report.html")]);
  expect(parts).toHaveLength(1);
  expect(parts[0]).toMatchObject({ part: "mnist-fixed", seed: 1, comparison: "baselines" });
  expect(parts[0].summary).toMatchObject({ iterations: 2, accuracy: statistic });
  expect(parts[0].baselines.map(({ name }: { name: string }) => name)).toEqual(
    ["distilled images", "random real", "optimized real", "k-means", "average"].flatMap(
      (name, i, all) => (i === 4 ? [name, ...all.map((one) => `k-NN on ${one}`)] : [name]),
    ),
  );
  expect(JSON.parse(read("table", "mnist-fixed-1.json"))).toEqual(parts[0]);
  expect(notRun).toHaveLength(1);
  expect(notRun[0].name).toBe("cifar10-fixed-1");
  expect(notRun[0].reason).toContain("onnx-distill fetch cifar10");
});

test("the report has the paper's numbers, the commands, the images and what was not run", () => {
  const markdown = read("table", "report.md");
  expect(markdown).toMatch(/^\| before training \| 12.9 % \| \d+\.\d % /m);
  expect(markdown).toMatch(/^\| distilled images \| 93.8 % \| \d+\.\d % /m);
  expect(markdown).toMatch(/^\| k-NN on k-means \| - \| \d+\.\d % .* \| k = \d/m);
  expect(markdown).toMatch(/^(Better than|No baseline .* beats) the distilled images/m);
  expect(markdown).toContain("onnx-distill run mnist-fixed --seed 1 --set outer.iterations=2");
  expect(markdown).toContain("onnx-distill baselines table/mnist-fixed-1 --data data");
  expect(markdown).toContain("## Not run\n\n**CIFAR-10, fixed initialisation, 100 images**");
  const html = read("table", "report.html");
  expect(html).toContain('<img src="data:image/png;base64,');
  expect(html).toContain('id="curve-mnist-fixed-title"');
  expect(html).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
});

test("finished parts are kept, other settings are refused before anything is run", async () => {
  const file = join(root, "table", "mnist-fixed-1.json");
  const { mtimeMs } = statSync(file);
  const again = await run(root, ...table);
  expect(again.code).toBe(0);
  expect(again.stderr).toContain("mnist-fixed-1: kept");
  expect(again.stdout).toMatch(/^MNIST, fixed initialisation, 10 images, seed 1 +\d/m);
  expect(again.stdout).toContain("Not run: CIFAR-10");
  expect(statSync(file).mtimeMs).toBe(mtimeMs);
  const other = await run(root, ...toy("table1", "table", 9, "cifar10-random"), "--json");
  expect(JSON.parse(other.stdout)).toMatchObject({ parts: [], notRun: [{}] });
  expect(read("table", "report.md")).toContain("## MNIST, fixed initialisation, 10 images");
  const { code, stderr } = await run(root, ...table, "--iterations=3");
  expect(code).toBe(2);
  expect(stderr).toContain(
    `${join("table", "mnist-fixed-1.json")} was made with outer.iterations 2, but 3 is asked for: give the options that it was made with, or another folder with --out`,
  );
});

test("a stopped part continues, and the report says that it is not finished", async () => {
  const args = toy("table1", "stopped", 40, "mnist-fixed-soft");
  const { child, ended } = start(root, args);
  const folder = join(root, "stopped", "mnist-fixed-soft-1");
  while (!existsSync(join(folder, "initial.safetensors")) && child.exitCode === null)
    await sleep(5);
  child.kill("SIGINT");
  const stopped = await ended;
  expect([stopped.code, stopped.stdout]).toEqual([130, ""]);
  expect(stopped.stderr).toContain("stopped; finished parts are kept, the same command continues");
  expect(existsSync(`${folder}.json`)).toBe(false);
  expect(read("stopped", "report.md")).toContain("## Not finished yet\n\n- mnist-fixed-soft-1");

  const other = await run(root, ...args, "--iterations=41");
  expect(other.stderr).toContain(
    `${join("stopped", "mnist-fixed-soft-1")} was made with outer.iterations 40, but 41`,
  );
  const { code, stdout } = await run(root, ...args, "--json", "--quiet");
  expect(code).toBe(0);
  const [{ recipe, summary }] = JSON.parse(stdout).parts;
  expect(recipe.labels).toBe("soft");
  expect(summary.iterations).toBe(40);
  expect(read("stopped", "report.md")).not.toContain("Not finished yet");
});

test("an attack trains the networks that it needs below the study's folder when it is quick", async () => {
  const args = toy("attack", "attack", 2, "mnist-attack");
  const { code, stdout, stderr } = await run(root, ...args, "--quick", "--json", "--quiet");
  expect([code, stderr]).toEqual([0, ""]);
  const [{ recipe, commands }] = JSON.parse(stdout).parts;
  expect(recipe.pretraining.networks).toBe(8);
  expect(commands[0]).toContain("--set pretraining.networks=8");
  expect(commands[0]).toContain(`--weights ${join("attack", "weights", "lenet-mnist")}`);
  expect(existsSync(join(root, "attack", "weights", "lenet-mnist"))).toBe(true);
  const markdown = read("attack", "report.md");
  expect(markdown).toContain("Made at a smaller budget than the study's own: a 20th of the");
  expect(markdown).toMatch(/^\| attacked class recognised, after \| - \| \d+\.\d ± /m);
  expect(markdown).toMatch(/^\| 0 predicted as 1 \| \d+\.\d ± .* \| \d+\.\d ± /m);
});

test("steps and epochs are curves with error bars over the finished parts", async () => {
  const args = toy("steps-epochs", "steps", 1, "random-steps2-epochs3-per-class1");
  const { code, stderr } = await run(root, ...args, "--seeds=1,2", "--quiet");
  expect([code, stderr]).toEqual([0, ""]);
  const markdown = read("steps", "report.md");
  expect(markdown).toContain("## Random initialisation: more steps, ten images each, three epochs");
  expect(markdown).toMatch(/^\| 2 \| \d+\.\d ± \d+\.\d % \(n = 2\) \| /m);
  expect(markdown).toMatch(/^\| Test accuracy \| Paper \| seed 1 \| seed 2 \| over seeds \|/m);
  expect(read("steps", "report.html")).toContain('<path class="bar"');
});

test("a study of which nothing can be run says so for every part", async () => {
  const { code, stdout } = await run(root, "reproduce", "table3", "--out=none", "--quiet");
  expect(code).toBe(0);
  for (const what of ["AlexNet to PASCAL VOC, 20 images", "AlexNet to CUB-200, 200 images"]) {
    expect(stdout).toContain(`Not run: ${what}: the weights of alexnet are not there: put its`);
  }
  expect(read("none", "report.html")).toContain("AlexNet to CUB-200, 200 images");
});

test("unknown studies and parts are told with what is known", async () => {
  const study = await run(root, "reproduce", "table9");
  expect(study.code).toBe(2);
  expect(study.stderr).toContain('unknown study "table9": did you mean table1');
  const part = await run(root, "reproduce", "attack", "--only=mnist-atack");
  expect(part.code).toBe(2);
  expect(part.stderr).toContain('unknown part of attack "mnist-atack": did you mean mnist-attack');
});
