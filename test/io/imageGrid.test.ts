import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { type GridOptions, renderGrid, renderStrip } from "../../src/io/imageGrid.ts";

const MARGIN = 18;
const HEADER = 22;

/** S steps of n one-hot images [C,size,size], every value of an image being `value(step, image)`. */
function sheet(
  [steps, count, channels, size]: [number, number, number, number],
  classes: number,
  value: (step: number, image: number, channel: number) => number,
) {
  const area = size * size;
  const images = new Float32Array(steps * count * channels * area);
  const labels = new Float32Array(steps * count * classes);
  for (let step = 0; step < steps; step++) {
    for (let image = 0; image < count; image++) {
      labels[(step * count + image) * classes + (image % classes)] = 1;
      for (let channel = 0; channel < channels; channel++) {
        const start = ((step * count + image) * channels + channel) * area;
        images.fill(value(step, image, channel), start, start + area);
      }
    }
  }
  return {
    images: { data: images, shape: [steps, count, channels, size, size] },
    labels: { data: labels, shape: [steps, count, classes] },
    mean: Array<number>(channels).fill(0),
    std: Array<number>(channels).fill(1),
  } satisfies GridOptions;
}

async function decode(png: Uint8Array) {
  const { channels, space } = await sharp(png).metadata();
  const { data, info } = await sharp(png)
    .toColourspace(space!)
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(channels);
  const at = (x: number, y: number) => [
    ...data.subarray((y * info.width + x) * info.channels).subarray(0, info.channels),
  ];
  return { ...info, at };
}

describe("renderGrid", () => {
  test("writes one channel as an 8-bit greyscale PNG", async () => {
    const meta = await sharp(await renderGrid(sheet([1, 2, 1, 28], 2, () => 0.5))).metadata();
    expect([meta.format, meta.channels, meta.depth, meta.space]).toEqual([
      "png",
      1,
      "uchar",
      "b-w",
    ]);
  });

  test("writes three channels as RGB and keeps their order", async () => {
    const image = await decode(await renderGrid(sheet([1, 1, 3, 16], 2, (_s, _i, c) => c * 0.4)));
    expect(image.channels).toBe(3);
    expect(image.at(MARGIN + 5, MARGIN + HEADER + 5)).toEqual([0, 102, 204]);
  });

  test("lays steps out as rows and classes as columns of magnified cells", async () => {
    const options = sheet([3, 2, 1, 28], 2, (step, image) => (step * 2 + image) / 5);
    const image = await decode(await renderGrid({ ...options, stepLabels: ["", "", ""] }));
    expect(image.width).toBe(2 * MARGIN + 2 * 112 + 6);
    expect(image.height).toBe(2 * MARGIN + HEADER + 3 * 112 + 2 * 6);
    for (let step = 0; step < 3; step++) {
      for (let column = 0; column < 2; column++) {
        const x = MARGIN + column * 118 + 111;
        const y = MARGIN + HEADER + step * 118 + 111;
        expect(image.at(x, y)).toEqual([Math.round(((step * 2 + column) / 5) * 255)]);
      }
    }
  });

  test("orders the columns by class, whatever the order of the images", async () => {
    const options = sheet([1, 2, 1, 28], 2, (_step, image) => image);
    options.labels.data.set([0, 1, 1, 0]);
    const image = await decode(await renderGrid(options));
    expect(image.at(MARGIN + 50, MARGIN + HEADER + 50)).toEqual([255]);
    expect(image.at(MARGIN + 118 + 50, MARGIN + HEADER + 50)).toEqual([0]);
  });

  test("denormalises by mean and std before showing values in [0,1] as they are", async () => {
    const options = { ...sheet([1, 1, 1, 28], 1, () => 1), mean: [0.1], std: [0.3] };
    const image = await decode(await renderGrid(options));
    expect(image.at(MARGIN + 50, MARGIN + HEADER + 50)).toEqual([102]);
  });

  test("shows values outside [0,1] symmetrically around their mean", async () => {
    const options = sheet([1, 3, 1, 28], 3, (_step, image) => [5, 8, 10][image]!);
    const image = await decode(await renderGrid(options));
    const levels = [0, 1, 2].map((i) => image.at(MARGIN + i * 118 + 9, MARGIN + HEADER + 9)[0]);
    expect(levels).toEqual([0, 143, 239]);
  });

  test("clips to [0,1] on request", async () => {
    const options = sheet([1, 2, 1, 28], 2, (_step, image) => (image === 0 ? -3 : 9));
    const image = await decode(await renderGrid({ ...options, contrast: "clip" }));
    expect(image.at(MARGIN + 9, MARGIN + HEADER + 9)).toEqual([0]);
    expect(image.at(MARGIN + 118 + 9, MARGIN + HEADER + 9)).toEqual([255]);
  });

  test("draws class names as ink above their columns", async () => {
    const options = sheet([1, 1, 1, 28], 2, () => 0.5);
    const inked = async (classes: string[]) => {
      const image = await decode(await renderGrid({ ...options, classes }));
      let count = 0;
      for (let y = MARGIN; y < MARGIN + HEADER - 6; y++) {
        for (let x = 0; x < image.width; x++) if (image.at(x, y)[0]! < 128) count++;
      }
      return count;
    };
    expect(await inked([""])).toBe(0);
    expect(await inked(["ship"])).toBeGreaterThan(50);
    expect(await inked(["a name much longer than its column"])).toBeGreaterThan(100);
  });

  test("survives values that are not finite", async () => {
    const options = sheet([1, 2, 1, 28], 2, (_step, image) => (image === 0 ? Number.NaN : 0.4));
    const image = await decode(await renderGrid(options));
    expect(image.at(MARGIN + 9, MARGIN + HEADER + 9)).toEqual([0]);
    expect(image.at(MARGIN + 118 + 9, MARGIN + HEADER + 9)).toEqual([102]);
  });

  test("rejects shapes that do not fit together, saying what came", async () => {
    const options = sheet([1, 2, 1, 28], 2, () => 0);
    const labels = { data: new Float32Array(6), shape: [1, 3, 2] };
    const two = { data: new Float32Array(2 * 16), shape: [1, 1, 2, 4, 4] };
    const flat = { data: new Float32Array(4), shape: [2, 2] };
    await expect(renderGrid({ ...options, labels })).rejects.toThrow("[1,2,K], got [1,3,2]");
    await expect(renderGrid({ ...options, images: two })).rejects.toThrow("1 or 3 channels");
    await expect(renderGrid({ ...options, images: flat })).rejects.toThrow("got shape [2,2]");
    await expect(renderGrid({ ...options, mean: [] })).rejects.toThrow("got 0 and 1");
  });
});

describe("renderStrip", () => {
  const first = sheet([2, 4, 1, 28], 2, (step, image) => (step * 4 + image) / 20);
  const later = sheet([2, 4, 1, 28], 2, (step, image) => 0.4 + (step * 4 + image) / 20);
  const snapshots = [
    { iteration: 0, images: first.images },
    { iteration: 1000, images: later.images },
  ];

  test("shows a row per snapshot and the first image of each class of a step", async () => {
    const image = await decode(await renderStrip(snapshots, { ...first, step: 1 }));
    const left = image.width - MARGIN - 112 - 118;
    const top = MARGIN + HEADER;
    expect(image.height).toBe(top + 2 * 112 + 6 + MARGIN);
    const level = (x: number, y: number) => image.at(left + x, top + y)[0];
    expect([level(9, 9), level(127, 9), level(9, 127), level(127, 127)]).toEqual([
      Math.round(0.2 * 255),
      Math.round(0.25 * 255),
      Math.round(0.6 * 255),
      Math.round(0.65 * 255),
    ]);
  });

  test("rejects no snapshots, a missing step and a change of shape", async () => {
    const odd = { iteration: 2, images: sheet([2, 4, 1, 14], 2, () => 0).images };
    await expect(renderStrip([], first)).rejects.toThrow("at least one snapshot");
    await expect(renderStrip(snapshots, { ...first, step: 2 })).rejects.toThrow("below 2");
    await expect(renderStrip([...snapshots, odd], first)).rejects.toThrow("in snapshot 2");
  });
});
