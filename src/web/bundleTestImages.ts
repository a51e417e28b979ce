/** Test images of a bundle: those that travel with it, or those of its data set's files. */
import { decodeCifar10 } from "../data/cifar10.ts";
import { decodeIdx } from "../data/idx.ts";
import { decodeUspsText } from "../data/usps.ts";
import { gunzipIfNeeded } from "../formats/inflate.ts";
import type { TestData } from "../io/bundle/testImages.ts";
import { decodeSafetensors } from "../io/safetensors.ts";
import type { BundleFolder } from "./bundleFolder.ts";

export interface TestImages {
  /** Pixels [N,C,H,W]. */
  readonly images: Uint8Array;
  /** Class indices [N]. */
  readonly labels: ArrayLike<number>;
}

/**
 * The images that the claim is about, or undefined where they are not among the files.
 * @throws Error when they are others than those of the claim.
 */
export async function bundleTestImages(
  { config: { test_data: source } }: Pick<BundleFolder, "config">,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<TestImages | undefined> {
  if (source.format === "none") return undefined;
  const contents = source.files.map((name) => named(files, name));
  if (contents.some((bytes) => bytes === undefined)) return undefined;
  const read: Uint8Array[] = [];
  for (const bytes of contents) read.push(await gunzipIfNeeded(bytes!));
  const test = decode(source.format, read);
  const hash = await sha256(test.images);
  if (hash === undefined || hash === source.images_sha256) return test;
  throw new Error(
    `${source.files.join(" and ")} hold other images than the claim is about: SHA-256 ${hash}, expected ${source.images_sha256}`,
  );
}

/** Hexadecimal; undefined where the page is not from https or localhost, since browsers do not hash there. */
export async function sha256(bytes: Uint8Array): Promise<string | undefined> {
  const digest = await globalThis.crypto?.subtle?.digest(
    "SHA-256",
    bytes as Uint8Array<ArrayBuffer>,
  );
  return (
    digest &&
    Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("")
  );
}

/** A file by its name in any folder, or its .gz. */
const named = (files: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array | undefined =>
  [...files].find(([path]) => path.replace(/^.*\//, "").replace(/\.gz$/, "") === name)?.[1];

function decode(
  format: Exclude<TestData["format"], "none">,
  files: readonly Uint8Array[],
): TestImages {
  switch (format) {
    case "safetensors": {
      const { tensors } = decodeSafetensors(files[0]!);
      const labels = tensors.get("labels")!.bytes.slice();
      return { images: tensors.get("images")!.bytes, labels: new Int32Array(labels.buffer) };
    }
    case "idx":
      return { images: decodeIdx(files[0]!).data, labels: decodeIdx(files[1]!).data };
    case "cifar10":
      return decodeCifar10(files);
    case "usps-text":
      return decodeUspsText(files[0]!);
  }
}
