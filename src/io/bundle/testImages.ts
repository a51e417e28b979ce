/** The test images that a bundle's accuracy was measured on, and where its verifiers find them. */
import type { Dataset } from "../../data/dataset.ts";
import { encodeSafetensors } from "../safetensors.ts";

export const TEST_FILE = "test.safetensors";

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
