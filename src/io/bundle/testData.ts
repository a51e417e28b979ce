/** Where the verifiers of a bundle find its test images. */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { catalogEntry } from "../../data/catalog.ts";
import type { Dataset } from "../../data/dataset.ts";
import { locateFiles } from "../../data/locate.ts";
import type { Recipe } from "../../distill/recipe.ts";
import { TEST_FILE, type TestData, type TestSource } from "./testImages.ts";

const readByVerifiers = ["idx", "cifar10", "usps-text"] as const;

/** Images that are drawn travel with the bundle, and others where the user asks for it. */
export async function testDataOf(
  recipe: Recipe,
  dataset: Dataset,
  { dataDir, included }: { readonly dataDir?: string; readonly included?: boolean },
): Promise<TestData> {
  const { images, count } = dataset.test;
  const drawn = recipe.data === "stroke-digits";
  const source: TestSource =
    included || drawn
      ? { format: "safetensors", files: [TEST_FILE] }
      : await inFiles(recipe, dataset, dataDir);
  return { ...source, count, images_sha256: createHash("sha256").update(images).digest("hex") };
}

async function inFiles(
  { data }: Recipe,
  { name, shape }: Dataset,
  dataDir: string | undefined,
): Promise<TestSource> {
  const entry = catalogEntry(data);
  if (!entry) return none(`the verifiers cannot read the images of ${name}`);
  if (entry.shape.some((length, axis) => length !== shape[axis]))
    return none(`the images of ${name} were converted to [${shape}]`);
  const { layout, test } = await locateFiles(entry, dataDir);
  const format = readByVerifiers.find((kind) => kind === layout.kind);
  if (!format) return none(`the verifiers cannot read the files of ${name}`);
  const files = test.map((path) => basename(path, ".gz"));
  return { format, files, folders: entry.folders };
}

const none = (reason: string): TestSource => ({ format: "none", reason });
