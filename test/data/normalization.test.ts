import { expect, test } from "vitest";
import { loadDataset } from "../../src/data/load.ts";
import { meanStd } from "../../src/data/normalization.ts";
import { realDataDir } from "../realData.ts";

test("mean and standard deviation are per channel and of pixel/255", () => {
  const split = {
    images: Uint8Array.of(0, 255, 51, 51, 255, 0, 51, 51),
    labels: new Uint16Array(2),
    count: 2,
  };
  const { mean, std } = meanStd(split, 2);
  expect(mean).toEqual([0.5, 0.2]);
  expect(std[0]).toBeCloseTo(0.5, 12);
  expect(std[1]).toBe(1);
});

test("a split that is empty or not of that many channels is refused", () => {
  const labels = new Uint16Array(0);
  expect(() => meanStd({ images: new Uint8Array(0), labels, count: 0 }, 1)).toThrow("0 images");
  expect(() => meanStd({ images: new Uint8Array(4), labels, count: 1 }, 3)).toThrow("3 channels");
});

const mnistDir = realDataDir("mnist");
const uspsDir = realDataDir("usps");
const cifarDir = realDataDir("cifar10");

test.skipIf(!mnistDir)(
  "MNIST's constants are the rounded statistics of its training images",
  async () => {
    const mnist = await loadDataset("mnist", { dataDir: mnistDir });
    const { mean, std } = meanStd(mnist.train, 1);
    expect(mean[0]!.toFixed(4)).toBe("0.1307");
    expect(std[0]!.toFixed(4)).toBe("0.3081");
    expect(mnist.normalization).toEqual({ mean: [0.1307], std: [0.3081] });
  },
);

test.skipIf(!uspsDir)("USPS is normalised by its own statistics", async () => {
  const usps = await loadDataset("usps", { dataDir: uspsDir });
  expect(usps.normalization.mean[0]!.toFixed(4)).toBe("0.2545");
  expect(usps.normalization.std[0]!.toFixed(4)).toBe("0.3846");
});

test.skipIf(!cifarDir)(
  "CIFAR-10's std constants are the mean of each image's own std",
  async () => {
    const { train, normalization } = await loadDataset("cifar10", { dataDir: cifarDir });
    const sums = [0, 0, 0];
    for (let image = 0; image < 4000; image++) {
      const images = train.images.subarray(image * 3072, (image + 1) * 3072);
      const { std } = meanStd({ images, labels: new Uint16Array(1), count: 1 }, 3);
      for (let channel = 0; channel < 3; channel++) sums[channel]! += std[channel]! / 4000;
    }
    for (let channel = 0; channel < 3; channel++) {
      expect(Math.abs(sums[channel]! - normalization.std[channel]!)).toBeLessThan(0.005);
    }
  },
);
