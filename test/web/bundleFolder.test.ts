import { expect, test } from "vitest";
import { initialDistilled, toDistilled } from "../../src/distill/distilled.ts";
import { createProblem } from "../../src/distill/problem.ts";
import { decodeDistilled, encodeDistilled } from "../../src/io/distilledFile.ts";
import { readBundle } from "../../src/web/bundleFolder.ts";
import { fileProblem } from "../../src/web/fileProblem.ts";
import { stripes, stripesRecipe } from "../stripesData.ts";

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const config = { format: "onnx-distill-bundle", version: 1 };
const problem = createProblem(stripesRecipe, stripes());
const distilled = encodeDistilled(problem, toDistilled(initialDistilled(problem)));

test("a bundle is found below any folder, and what it lacks is named", () => {
  const files = new Map<string, Uint8Array>([
    ["download/b/config.json", json(config)],
    ["download/b/manifest.json", json({ graphs: {} })],
    ["download/other.txt", json("")],
  ]);
  expect(() => readBundle(files)).toThrow("the bundle lacks distilled.safetensors");
  files.set("download/b/distilled.safetensors", distilled);
  expect([...readBundle(files).files.keys()]).toEqual([
    "config.json",
    "manifest.json",
    "distilled.safetensors",
  ]);
  expect(() => readBundle(new Map([["config.json", json({ format: "vite" })]]))).toThrow(
    'expected a bundle (format onnx-distill-bundle, version 1), got format "vite"',
  );
});

test("a damaged file of a bundle is named", () => {
  const files = new Map([
    ["config.json", json(config)],
    ["manifest.json", json({ graphs: {} }).slice(0, -3)],
    ["distilled.safetensors", distilled.slice(0, 300)],
  ]);
  expect(() => readBundle(files)).toThrow(/^the bundle's manifest\.json cannot be read: /);
  files.set("manifest.json", json({ graphs: {} }));
  expect(() => readBundle(files)).toThrow(
    /^the bundle's distilled\.safetensors cannot be read: Not a valid safetensors file/,
  );
});

test("a file of distilled images tells its network, loss and normalisation", () => {
  const ofFile = fileProblem(decodeDistilled(distilled));
  expect(ofFile.network.parameters).toEqual(problem.network.parameters);
  expect(ofFile.unroll).toEqual({ ...problem.unroll, batch: ofFile.unroll.batch });
  expect(ofFile.dataset).toMatchObject({
    classes: problem.dataset.classes,
    shape: problem.dataset.shape,
    normalization: problem.dataset.normalization,
  });
  expect(ofFile.loss).toBe(problem.loss);
});
