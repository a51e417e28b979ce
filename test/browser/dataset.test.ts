/** A visitor's own files as a data set, decoded by the browser. */
import { describe, expect, test } from "vitest";
import { idxFile } from "../data/idxFile.ts";
import { chromiumPath, pages } from "./pages.ts";

const chromium = chromiumPath();
const open = pages(chromium);

describe.skipIf(!chromium)("a visitor's files", () => {
  test("in class folders become images of one size, a fifth of each class held out, and broken ones are named", async () => {
    const page = await open();
    const seen = await page.evaluate(async () => {
      const { library } = globalThis.tests;
      const workbench = await library.openWorkbench({ device: "wasm" });
      const picture = async (colour: string, width: number, height: number): Promise<Blob> => {
        const canvas = new OffscreenCanvas(width, height);
        const context = canvas.getContext("2d")!;
        context.fillStyle = colour;
        context.fillRect(0, 0, width, height);
        return canvas.convertToBlob({ type: "image/png" });
      };
      const files = new Map<string, Blob>();
      for (let i = 0; i < 5; i++) {
        files.set(`own/red/${i}.png`, await picture("rgb(200, 0, 0)", 20 + i, 12));
        files.set(`own/blue/${i}.png`, await picture("rgb(0, 0, 100)", 9, 30));
      }
      const progress: number[][] = [];
      const dataset = await workbench.readDataset(files, {
        size: 8,
        onDecoded: (...counts) => progress.push(counts),
      });
      const grey = await library.datasetFromFiles(files, { size: 8, channels: 1 });
      files.set("own/red/broken.png", new Blob(["no picture"]));
      const told = (promise: Promise<unknown>) => promise.catch((error: Error) => error.message);
      const errors = [
        await told(workbench.readDataset(files)),
        await told(workbench.readDataset(new Map([["notes.txt", new Blob([])]]))),
      ];
      workbench.close();
      const { classes, shape, train, test } = dataset;
      const first = train.images.slice(0, 3 * 64);
      return {
        classes,
        shape,
        counts: [train.count, test.count],
        labels: [[...train.labels], [...test.labels]],
        // One pixel of each channel of the first blue picture.
        colours: [first[0], first[64], first[128]],
        grey: [grey.shape, grey.train.images[0]],
        progress: progress.at(-1),
        errors,
      };
    });
    expect(seen.classes).toEqual(["blue", "red"]);
    expect(seen.shape).toEqual([3, 8, 8]);
    expect(seen.counts).toEqual([8, 2]);
    expect(seen.labels).toEqual([
      [0, 0, 0, 0, 1, 1, 1, 1],
      [0, 1],
    ]);
    expect(seen.colours).toEqual([0, 0, 100]);
    expect(seen.grey).toEqual([[1, 8, 8], 11]);
    expect(seen.progress).toEqual([10, 10]);
    expect(seen.errors[0]).toBe(
      "1 of 11 pictures cannot be read: own/red/broken.png: the browser cannot decode it",
    );
    expect(seen.errors[1]).toMatch(
      /^There are no images among the files \(notes\.txt\): expected pictures/,
    );
  });

  test("of MNIST's format are read as they are", async () => {
    const page = await open();
    const images = idxFile(
      [6, 2, 2],
      Array.from({ length: 24 }, (_, i) => i),
    );
    const labels = idxFile([6], [0, 1, 0, 1, 0, 1]);
    const seen = await page.evaluate(
      async ([images, labels]) => {
        const { library } = globalThis.tests;
        const blob = (bytes: readonly number[]) => new Blob([Uint8Array.from(bytes)]);
        const files = new Map([
          ["train-images-idx3-ubyte", blob(images)],
          ["train-labels-idx1-ubyte", blob(labels)],
          ["t10k-images-idx3-ubyte", blob(images)],
          ["t10k-labels-idx1-ubyte", blob(labels)],
        ]);
        const { classes, shape, train, test } = await library.datasetFromFiles(files);
        const error = async (changed: string, content?: readonly number[]) => {
          const others = new Map(files);
          if (content) others.set(changed, blob(content));
          else others.delete(changed);
          return library.datasetFromFiles(others).catch(({ message }: Error) => message);
        };
        const errors = [
          await error("train-labels-idx1-ubyte"),
          await error("t10k-labels-idx1-ubyte"),
          await error("train-labels-idx1-ubyte", [0, 1, 2, 3, 4, 5, 6, 7, 8]),
          await error("train-labels-idx1-ubyte", labels.slice(0, -1)),
        ];
        return { classes, shape, pixels: [...train.images], test: test.count, errors };
      },
      [[...images], [...labels]] as const,
    );
    expect(seen.classes).toEqual(["0", "1"]);
    expect(seen.shape).toEqual([1, 2, 2]);
    expect(seen.pixels).toEqual(Array.from({ length: 24 }, (_, i) => i));
    expect(seen.test).toBe(6);
    const expected = [
      /^IDX files of training images \(idx3-ubyte\) and their labels .* are needed, got train-images/,
      /^t10k-images-idx3-ubyte: test images and their labels belong together/,
      /^train-labels-idx1-ubyte: Not an IDX file/,
      /^train-labels-idx1-ubyte: IDX of shape \[6\] needs 6 bytes, got 5/,
    ];
    for (const [i, pattern] of expected.entries()) expect(seen.errors[i]).toMatch(pattern);
  });
});
