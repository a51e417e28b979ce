import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { loadDataset } from "../../src/data/load.ts";
import { decodeUspsText } from "../../src/data/usps.ts";
import { realDataDir } from "../realData.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const line = (label: string, value: number) => `${label} ${Array(256).fill(value).join(" ")} \n`;

test("a line is a digit and 256 grey values", () => {
  const { images, labels } = decodeUspsText(
    encode(line("6.0000", -1) + line("3", 0.5) + line("0", -0.4)),
  );
  expect([...labels]).toEqual([6, 3, 0]);
  expect([images[0], images[255], images[256], images[512]]).toEqual([0, 0, 191, 76]);
});

test("other lines are refused by number", () => {
  const refused = "line 2 is not a digit and 256 values";
  for (const bad of ["", " 7", "x"]) {
    const text = line("1", 0) + line("1", 0).replace(" 0 \n", `${bad}\n`);
    expect(() => decodeUspsText(encode(text))).toThrow(refused);
  }
  expect(() => decodeUspsText(encode(line("1", 0) + line("10", 0)))).toThrow(refused);
  expect(() => decodeUspsText(encode(line("1", 0) + line("1", 1.5)))).toThrow(refused);
  expect(() => decodeUspsText(encode("\n"))).toThrow("no images");
});

const dir = realDataDir("usps");

test.skipIf(!dir)("the book site's text and the IDX files are the same images", async () => {
  const { train, test, shape } = await loadDataset("usps", { dataDir: dir });
  expect(shape).toEqual([1, 16, 16]);
  for (const [split, file] of [
    [train, "zip.train.gz"],
    [test, "zip.test.gz"],
  ] as const) {
    const text = decodeUspsText(gunzipSync(readFileSync(join(dir!, "usps", file))));
    expect(text.count).toBe(split.count);
    expect(text.labels).toEqual(split.labels);
    expect(Buffer.compare(text.images, split.images)).toBe(0);
  }
  const perDigit = new Array<number>(10).fill(0);
  for (const label of train.labels) perDigit[label]!++;
  expect(perDigit).toEqual([1194, 1005, 731, 658, 652, 556, 664, 645, 542, 644]);
});
