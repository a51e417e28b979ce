/** The test images that a bundle's accuracy was measured on, and where its verifiers find them. */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { catalogEntry } from "../../data/catalog.ts";
import type { Dataset } from "../../data/dataset.ts";
import { locateFiles } from "../../data/locate.ts";
import type { Recipe } from "../../distill/recipe.ts";
import { encodeSafetensors } from "../safetensors.ts";

const TEST_FILE = "test.safetensors";

/** Where the test images are: in the bundle, in files of their data set, or only where the run was. */
export type TestSource =
  | { readonly format: "safetensors"; readonly files: readonly [typeof TEST_FILE] }
  | {
      readonly format: "idx" | "cifar10" | "usps-text";
      /** Names without `.gz`. */
      readonly files: readonly string[];
      /** Looked in below the folder that the user names, the first match wins. */
      readonly folders: readonly string[];
    }
  | { readonly format: "none"; readonly reason: string };

export type TestData = TestSource & {
  readonly count: number;
  /** Of the pixels, uint8 [N,C,H,W]. */
  readonly images_sha256: string;
};

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

/** test.safetensors: `images` uint8 [N,C,H,W] before normalisation, and `labels` int32 [N]. */
export function encodeTestImages({ test, shape }: Dataset): Uint8Array {
  const labels = Int32Array.from(test.labels);
  return encodeSafetensors(
    new Map([
      ["images", { dtype: "U8", shape: [test.count, ...shape], bytes: test.images }],
      ["labels", { dtype: "I32", shape: [test.count], bytes: new Uint8Array(labels.buffer) }],
    ]),
  );
}
