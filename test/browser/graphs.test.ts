/** The files that `onnx-distill graph` writes, run in a page by onnxruntime-web alone. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import type * as OnnxRuntime from "onnxruntime-web";
import { describe, expect, test } from "vitest";
import type { Manifest, ManifestGraph } from "../../src/io/encodedGraphs.ts";
import { writeGraphs } from "../../src/io/graphFiles.ts";
import { relativeError } from "../../src/ir/float32.ts";
import { sizeOf } from "../../src/ir/value.ts";
import { random } from "../../src/random/generator.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { chromiumPath, pages } from "./pages.ts";
import { modelNetwork } from "./parityCases.ts";

const chromium = chromiumPath();
const open = pages(chromium);
const root = temporaryFolder();

/** Convolution, batch normalisation, pooling and a fully connected layer. */
const network = modelNetwork();

/** A page with nothing of ours. */
const plainPage = `<!doctype html>
<link rel="icon" href="data:,">
<script type="module">
  import * as ort from "/ort/ort.webgpu.bundle.min.mjs";
  globalThis.ort = ort;
</script>
`;

type Numbers = Readonly<Record<string, readonly number[]>>;

/** Inputs by name: labels and rates positive, a variance too. */
function inputsOf({ inputs }: ManifestGraph): Numbers {
  return Object.fromEntries(
    inputs.map(({ name, role, shape }) => {
      const stream = random(1, `plain ${name}`);
      const draw =
        role === "buffer" || role.startsWith("learning_rate")
          ? () => 0.05 + 0.1 * stream.uniform()
          : () => 0.3 * stream.normal();
      return [name, Array.from({ length: sizeOf(shape) }, () => Math.fround(draw()))];
    }),
  );
}

async function inNode(folder: string, { file, inputs }: ManifestGraph, numbers: Numbers) {
  const session = await InferenceSession.create(join(folder, file), { intraOpNumThreads: 1 });
  const results = await session.run(
    Object.fromEntries(
      inputs.map(({ name, shape }) => [
        name,
        new Tensor("float32", Float32Array.from(numbers[name]!), shape),
      ]),
    ),
  );
  await session.release();
  return results;
}

describe.skipIf(!chromium)("the graph files of a network", () => {
  test.each([
    { provider: "wasm", tolerance: 1e-5 },
    { provider: "webgpu", tolerance: 1e-3 },
  ])("run in a page on $provider with the numbers of Node", async ({ provider, tolerance }) => {
    const folder = join(root, provider);
    await writeGraphs(folder, {
      network,
      loss: "softmax_cross_entropy",
      unroll: { steps: 1, epochs: 1, imagesPerStep: 4, batch: 4 },
      normalization: { mean: [0], std: [1] },
    });
    const manifest: Manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
    writeFileSync(join(folder, "plain.html"), plainPage);
    const page = await open({ folders: { graphs: folder }, path: "/graphs/plain.html" });
    await page.waitForFunction(() => "ort" in globalThis);
    for (const graph of Object.values(manifest.graphs)) {
      const numbers = inputsOf(graph);
      const expected = await inNode(folder, graph, numbers);
      const actual: Numbers = await page.evaluate(
        async ({ file, inputs, numbers, provider }) => {
          const { ort } = globalThis as unknown as { ort: typeof OnnxRuntime };
          const session = await ort.InferenceSession.create(`/graphs/${file}`, {
            executionProviders: [provider],
          });
          const feeds: Record<string, InstanceType<typeof ort.Tensor>> = {};
          for (const { name, shape } of inputs)
            feeds[name] = new ort.Tensor("float32", Float32Array.from(numbers[name]!), shape);
          const results = await session.run(feeds);
          const values: Record<string, number[]> = {};
          for (const name of Object.keys(results))
            values[name] = [...(results[name]!.data as Float32Array)];
          await session.release();
          return values;
        },
        { file: graph.file, inputs: graph.inputs, numbers, provider },
      );
      expect(Object.keys(actual).sort()).toEqual(graph.outputs.map(({ name }) => name).sort());
      for (const { name } of graph.outputs) {
        const error = relativeError(actual[name]!, expected[name]!.data as Float32Array);
        expect(error, `${graph.file}: ${name}`).toBeLessThanOrEqual(tolerance);
      }
    }
    await page.close();
  });
});
