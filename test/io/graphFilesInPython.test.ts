import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lenet } from "../../graphs/index.ts";
import type { Manifest, ManifestTensor } from "../../src/io/encodedGraphs.ts";
import { writeGraphs } from "../../src/io/graphFiles.ts";
import { relativeError } from "../../src/ir/float32.ts";
import { sizeOf } from "../../src/ir/value.ts";
import { runModel } from "../onnx/session.ts";
import { lacking, runPython } from "../python.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

const folder = temporaryFolder();
const script = new URL("./python/run_meta_gradient.py", import.meta.url).pathname;
const lacks = lacking("numpy", "onnxruntime");

/** The numbers that the script makes for an input. */
function numbers(position: number, { role, shape }: ManifestTensor): Float64Array {
  const scales: Record<string, [number, number]> = {
    parameter: [0.2, 0],
    learning_rates: [0.02, 0.05],
  };
  const [scale, offset] = scales[role] ?? [1, 0];
  return Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
    const hashed = Math.imul(i + 1000003 * (position + 1), 2654435761) >>> 0;
    return (hashed / 2 ** 31 - 1) * scale + offset;
  });
}

test.skipIf(lacks)(
  "a Python program that reads only the manifest computes the same meta-gradient",
  async () => {
    await writeGraphs(folder, {
      network: lenet(),
      loss: "softmax_cross_entropy",
      unroll: { steps: 2, epochs: 1, imagesPerStep: 10, batch: 32 },
      normalization: { mean: [0.1307], std: [0.3081] },
    });
    const { stdout, stderr, status } = runPython(script, folder);
    expect(status, stderr).toBe(0);
    const inPython: Record<string, number[]> = JSON.parse(stdout);

    const manifest: Manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
    const { file, inputs, outputs } = manifest.graphs.meta_gradient;
    const feeds = new Map(inputs.map((tensor, i) => [tensor.name, numbers(i, tensor)]));
    const inNode = await runModel(readFileSync(join(folder, file)), inputs, feeds);
    expect(Object.keys(inPython)).toEqual(outputs.map(({ name }) => name));
    for (const [name, result] of inNode) {
      expect(relativeError(inPython[name], result), name).toBeLessThan(1e-5);
    }
  },
);
