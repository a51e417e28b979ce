import { expect, test } from "vitest";
import { chooseArrays, datasetOfArrays, type ImageLayout } from "../../src/data/arrays.ts";
import type { NpyArray } from "../../src/formats/npy.ts";
import { random } from "../../src/random/generator.ts";

const rng = () => random(0, "test");
const bytes = (shape: number[], values?: number[]): NpyArray => {
  const count = shape.reduce((a, b) => a * b, 1);
  const data = values ? Uint8Array.from(values) : Uint8Array.from({ length: count }, (_, i) => i);
  return { dtype: "u1", shape, data };
};
const integers = (...values: number[]): NpyArray => ({
  dtype: "i8",
  shape: [values.length],
  data: BigInt64Array.from(values, BigInt),
});
const floats = (shape: number[], ...values: number[]): NpyArray => ({
  dtype: "f4",
  shape,
  data: Float32Array.from(values),
});
const build = (images: NpyArray, labels: NpyArray, layout?: ImageLayout) =>
  datasetOfArrays("mine", { train: { images, labels }, test: { images, labels } }, rng(), layout);

test("images and labels are found by the names in use", () => {
  expect(chooseArrays(["x_train", "y_train", "x_test", "y_test"])).toEqual({
    train: { images: "x_train", labels: "y_train" },
    test: { images: "x_test", labels: "y_test" },
  });
  const medical = ["train_images", "val_images", "test_images"].flatMap((name) => [
    name,
    name.replace("images", "labels"),
  ]);
  expect(chooseArrays(medical).test).toEqual({ images: "test_images", labels: "test_labels" });
  expect(chooseArrays(["X_train", "Train_Y"])).toEqual({
    train: { images: "X_train", labels: "Train_Y" },
  });
  expect(chooseArrays(["images", "labels"])).toEqual({
    train: { images: "images", labels: "labels" },
  });
});

test("missing and ambiguous names are errors that list what is accepted", () => {
  expect(() => chooseArrays(["a"])).toThrow("Found the arrays a. Expected one of train_images");
  expect(() => chooseArrays(["x_train"])).toThrow("one of train_labels");
  expect(() => chooseArrays(["x_train", "X_train", "y_train"])).toThrow("mean the same");
});

test("grey images need no channel axis", () => {
  const { shape, train, classes } = build(bytes([2, 2, 3]), integers(0, 2));
  expect(shape).toEqual([1, 2, 3]);
  expect([...train.images]).toEqual([...Array(12).keys()]);
  expect(classes).toEqual(["0", "1", "2"]);
});

test("channels are moved first wherever they are", () => {
  const last = build(bytes([1, 2, 2, 3]), integers(0));
  expect(last.shape).toEqual([3, 2, 2]);
  expect([...last.train.images]).toEqual([0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]);
  const first = build(bytes([1, 3, 2, 2]), integers(0));
  expect(first.shape).toEqual([3, 2, 2]);
  expect([...first.train.images]).toEqual([...Array(12).keys()]);
});

test("a shape that could be either needs a layout", () => {
  const images = bytes([1, 3, 2, 1]);
  expect(() => build(images, integers(0))).toThrow("could be NHWC or NCHW");
  expect(build(images, integers(0), "NHWC").shape).toEqual([1, 3, 2]);
  expect(build(images, integers(0), "NCHW").shape).toEqual([3, 2, 1]);
});

test("floats in [0,1] and in [0,255] become the same pixels", () => {
  const unit = build(floats([1, 1, 3], 0, 0.2, 1), integers(0));
  const full = build(floats([1, 1, 3], 0, 51, 255), integers(0));
  expect([...unit.train.images]).toEqual([0, 51, 255]);
  expect([...full.train.images]).toEqual([0, 51, 255]);
});

test("training and test images share one scale", () => {
  const train = { images: floats([1, 1, 2], 0, 1), labels: integers(0) };
  const test = { images: floats([1, 1, 2], 0, 255), labels: integers(0) };
  expect([...datasetOfArrays("mine", { train, test }, rng()).train.images]).toEqual([0, 1]);
});

test("without test arrays a fifth of each class is set aside", () => {
  const images = bytes([20, 1, 1]);
  const labels = integers(...Array.from({ length: 20 }, (_, i) => i % 2));
  const make = () => datasetOfArrays("mine", { train: { images, labels } }, rng());
  expect(make().test.count).toBe(4);
  expect([...make().test.labels].sort()).toEqual([0, 0, 1, 1]);
  expect(make()).toEqual(make());
});

test("values, shapes and dtypes that make no sense are refused", () => {
  const one = integers(0);
  expect(() => build(floats([1, 1, 2], -1, 1), one)).toThrow("[0,1] or [0,255], got -1 .. 1");
  expect(() => build(floats([1, 1, 2], Number.NaN, 1), one)).toThrow("the value NaN");
  expect(() => build(integers(1, 2), one)).toThrow("uint8 or all of them float, got dtype i8");
  expect(() => build(bytes([1, 2, 2, 2]), one)).toThrow("1 or 3 channels, got [1,2,2,2]");
  expect(() => build(bytes([2, 2]), one)).toThrow("Images must be [N,H,W]");
  expect(() => build(bytes([0, 2, 2]), integers())).toThrow("no images");
  expect(() => build(bytes([1, 2, 2]), integers(0, 1))).toThrow("must be [1] or [1,1], got [2]");
  expect(() => build(bytes([1, 2, 2]), integers(-1))).toThrow("got -1 for image 0");
  expect(() => build(bytes([1, 2, 2]), floats([1], 0.5))).toThrow("got 0.5 for image 0");
  const other = { images: bytes([1, 3, 3]), labels: one };
  expect(() =>
    datasetOfArrays(
      "mine",
      { train: { images: bytes([1, 2, 2]), labels: one }, test: other },
      rng(),
    ),
  ).toThrow("Training images are [1,2,2], test images [1,3,3]");
});
