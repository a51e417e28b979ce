import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { Recipe } from "../../src/distill/recipe.ts";
import { recipeNamed } from "../../src/distill/recipes.ts";
import { openProblem } from "../../src/io/openProblem.ts";
import { writeImageFolder } from "../imageFolderData.ts";
import { floats, integers, modelBytes } from "../onnx/import/modelOf.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

const folder = temporaryFolder();
const template = recipeNamed("folder")!;
const recipe: Recipe = {
  ...template,
  data: join(folder, "insects"),
  network: join(folder, "behindRelu.onnx"),
  outer: { ...template.outer, batch: 4 },
  evaluation: { ...template.evaluation, heldOut: 2 },
};

/** A 1x1 convolution to that many maps, averaged, with or without a ReLU between, as SqueezeNet ends. */
const convolution = (maps: number, end: readonly string[]): Uint8Array =>
  modelBytes({
    input: [1, 3, 8, 8],
    nodes: [
      { op: "Conv", inputs: ["x", "head.weight"], outputs: ["conv"] },
      ...end.map((op, i) => ({ op, inputs: [i ? `end${i - 1}` : "conv"], outputs: [`end${i}`] })),
      { op: "Reshape", inputs: [`end${end.length - 1}`, "flat"] },
    ],
    tensors: [floats("head.weight", [maps, 3, 1, 1]), integers("flat", [1, maps])],
  });

const write = (name: string, bytes: Uint8Array): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

beforeAll(async () => {
  await writeImageFolder(recipe.data, { train: 4, val: 2 });
  write("behindRelu.onnx", convolution(5, ["Relu", "GlobalAveragePool"]));
});

test("a new head in front of a ReLU has two logits for two classes, others have one", async () => {
  const model = { head: "head" };
  const behindRelu = await openProblem({ ...recipe, model });
  expect(behindRelu.network.classes).toBe(2);
  expect(behindRelu.loss).toBe("softmax_cross_entropy");
  const network = write("plain.onnx", convolution(5, ["GlobalAveragePool"]));
  const plain = await openProblem({ ...recipe, network, model });
  expect(plain.network.classes).toBe(1);
  expect(plain.loss).toBe("binary_cross_entropy");
});

test("one logit that is never negative is refused for two classes", async () => {
  const asked: Recipe = { ...recipe, model: { head: "head" }, loss: "binary_cross_entropy" };
  await expect(openProblem(asked)).rejects.toThrow(
    /loss: the only logit of behindRelu is never negative.*set loss to softmax_cross_entropy or auto/,
  );
  const network = write("one.onnx", convolution(1, ["Relu", "GlobalAveragePool"]));
  await expect(openProblem({ ...recipe, network })).rejects.toThrow(
    /never negative.*model\.head=<layer>/,
  );
});

test("a model with two logits keeps them for two classes, unless the recipe wants one", async () => {
  const network = write("two.onnx", convolution(2, ["GlobalAveragePool"]));
  expect((await openProblem({ ...recipe, network })).loss).toBe("softmax_cross_entropy");
  await expect(openProblem({ ...recipe, network, loss: "binary_cross_entropy" })).rejects.toThrow(
    /two has 2 logits.*set loss to softmax_cross_entropy/,
  );
});
