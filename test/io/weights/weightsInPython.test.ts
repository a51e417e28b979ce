import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { lenet } from "../../../graphs/index.ts";
import { untrainedParameters } from "../../../src/distill/pretraining.ts";
import { namedTensors, readNetwork } from "../../../src/io/weights/fitParameters.ts";
import type { NamedTensors } from "../../../src/io/weights/namedTensors.ts";
import { readParameters } from "../../../src/io/weights/readParameters.ts";
import { writeParameters } from "../../../src/io/weights/writeParameters.ts";
import { temporaryFolder } from "../../temporaryFolder.ts";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const python = process.env.ONNX_DISTILL_PYTHON ?? "python3";
const script = new URL("../python/weights.py", import.meta.url).pathname;
const modules = ["torch", "numpy", "onnxruntime"];

/** Why Python cannot take part, if so. */
function missing(): string | undefined {
  const search = `import importlib.util as u; print([m for m in ${JSON.stringify(modules)} if not u.find_spec(m)])`;
  const { error, stdout } = spawnSync(python, ["-c", search], { encoding: "utf8" });
  if (error) return `${python} cannot be started: ${error.message}`;
  return stdout.trim() === "[]" ? undefined : `${python} lacks ${stdout.trim()}`;
}

const reason = missing();
if (reason !== undefined) {
  console.info(
    `skipped: ${reason}; set ONNX_DISTILL_PYTHON to a Python with ${modules.join(", ")}`,
  );
}

/** Milliseconds that it may take, on a busy machine, to import torch. */
const STARTING_TORCH = 60_000;

/** By tensor: shape, sum of absolute values and last number. */
type Sums = Readonly<Record<string, readonly [number[], number, number]>>;

function inPython(action: string): Readonly<Record<string, Sums>> {
  const { stdout, stderr, status } = spawnSync(python, [script, action, folder], {
    encoding: "utf8",
  });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout);
}

function expectSums(tensors: NamedTensors, sums: Sums | undefined): void {
  expect([...tensors.keys()]).toEqual(Object.keys(sums!));
  for (const [name, { shape, data }] of tensors) {
    const [wantedShape, sum, last] = sums![name]!;
    expect([shape, data.at(-1)], name).toEqual([wantedShape, last]);
    expect(
      data.reduce((total, value) => total + Math.abs(value), 0),
      name,
    ).toBeCloseTo(sum, 6);
  }
}

describe.skipIf(reason !== undefined)("in Python", () => {
  const network = lenet();
  let written: Readonly<Record<string, Sums>>;

  beforeAll(() => {
    written = inPython("write");
  }, STARTING_TORCH);

  test.each([
    ["state.pth", "fresh"],
    ["checkpoint.pt", "trained"],
    ["state.npz", "trained"],
    ["packed.npz", "trained"],
    ["kinds.pt", "kinds"],
  ])("PyTorch's and NumPy's %s holds the same numbers here", async (file, sums) => {
    expectSums(await readParameters(at(file)), written[sums]);
  });

  test("a network trained in PyTorch fits ours by its names", async () => {
    const parameters = await readNetwork(at("checkpoint.pt"), network);
    expectSums(namedTensors(network, parameters), written.trained);
  });

  test("a whole module and the old format are refused", async () => {
    await expect(readParameters(at("module.pth"))).rejects.toThrow("asks for __main__.LeNet");
    await expect(readParameters(at("legacy.pth"))).rejects.toThrow("before version 1.6");
  });

  test("PyTorch takes our .npz and .onnx, with the same numbers", async () => {
    const tensors = namedTensors(network, untrainedParameters(network, 5, 0));
    for (const format of ["npz", "onnx"]) await writeParameters(at(`ours.${format}`), tensors);
    for (const sums of Object.values(inPython("read"))) expectSums(tensors, sums);
  });
});
