import { expect, test } from "vitest";
import { fittedImage } from "../../scripts/demo/drawing/fittedImage.ts";
import { afterKey, emptyDrawing, isPenKey } from "../../scripts/demo/drawing/keyboardPen.ts";
import { planarImage } from "../../scripts/demo/drawing/planarImage.ts";
import { sampleDigit } from "../../scripts/demo/drawing/sampleDigit.ts";
import { begun, extended, toImage } from "../../scripts/demo/drawing/strokes.ts";
import { DIGITS } from "../../scripts/demo/state/run.ts";
import { strokeDigits } from "../../src/data/strokeDigits.ts";

const line = [
  { x: 5, y: 10 },
  { x: 5, y: 40 },
];

/** Mean position of the ink in pixels, and the box around what is clearly ink. */
function inkOf(image: Uint8Array) {
  const pixels = [...image].map((ink, i) => ({
    ink,
    x: (i % 28) + 0.5,
    y: Math.floor(i / 28) + 0.5,
  }));
  const mass = pixels.reduce((sum, { ink }) => sum + ink, 0);
  const mean = (of: "x" | "y") =>
    pixels.reduce((sum, pixel) => sum + pixel.ink * pixel[of], 0) / mass;
  const inked = pixels.filter(({ ink }) => ink > 127);
  const extent = (of: "x" | "y") => {
    const at = inked.map((pixel) => pixel[of]);
    return Math.max(...at) - Math.min(...at) + 1;
  };
  return { x: mean("x"), y: mean("y"), width: extent("x"), height: extent("y") };
}

test("a drawing is fitted into 20 x 20 pixels and centred, wherever and however large it was drawn", () => {
  const small = inkOf(toImage([line])!);
  expect(small.height).toBeGreaterThanOrEqual(19);
  expect(small.height).toBeLessThanOrEqual(21);
  expect(small.width).toBeLessThanOrEqual(4);
  for (const middle of [small.x, small.y]) expect(Math.abs(middle - 14)).toBeLessThanOrEqual(0.5);
  const large = line.map(({ x, y }) => ({ x: 3 * x, y: 2 * y }));
  expect(toImage([large])).toEqual(toImage([line]));
});

test("next to nothing is no drawing, a dot beside a stroke is part of one", () => {
  expect(toImage([])).toBeUndefined();
  expect(
    toImage([
      [
        { x: 5, y: 5 },
        { x: 7, y: 9 },
      ],
    ]),
  ).toBeUndefined();
  expect(toImage([line, [{ x: 20, y: 10 }]])).not.toEqual(toImage([line]));
});

test("drawing changes no stroke, and keeps to the pad", () => {
  const strokes = begun([], { x: 50, y: -3 });
  const longer = extended(strokes, { x: 120, y: 30 });
  expect(strokes).toEqual([[{ x: 50, y: 0 }]]);
  expect(longer).toEqual([
    [
      { x: 50, y: 0 },
      { x: 100, y: 30 },
    ],
  ]);
  toImage(longer);
  expect(longer).toEqual([
    [
      { x: 50, y: 0 },
      { x: 100, y: 30 },
    ],
  ]);
});

test("keys lead the pen, set it down, lift it and clear", () => {
  const press = (keys: readonly string[]) => keys.reduce(afterKey, emptyDrawing);
  const drawn = press([" ", "ArrowDown", "ArrowRight", " ", "ArrowDown"]);
  expect(drawn.strokes).toEqual([
    [
      { x: 50, y: 20 },
      { x: 50, y: 24 },
      { x: 54, y: 24 },
    ],
  ]);
  expect(drawn.pen).toEqual({ at: { x: 54, y: 28 }, down: false });
  expect(press([" ", "ArrowDown", "Escape"]).strokes).toEqual([]);
  expect(press(Array.from({ length: 40 }, () => "ArrowUp")).pen.at.y).toBe(4);
  expect(afterKey(emptyDrawing, "a")).toBe(emptyDrawing);
  expect(["a", " ", "ArrowLeft", "Backspace", "Tab"].filter(isPenKey)).toEqual([
    " ",
    "ArrowLeft",
    "Backspace",
  ]);
});

test("sample digits look like the data set's: most are nearest to an image of their class", () => {
  const { train } = strokeDigits({ seed: 1, train: 1000, test: 0 });
  const read = (digit: number): number | undefined => {
    const image = toImage(sampleDigit(digit, 1))!;
    const distances = Array.from(train.labels, (_, i) =>
      image.reduce((sum, ink, p) => sum + (ink - train.images[i * 784 + p]!) ** 2, 0),
    );
    return train.labels[distances.indexOf(Math.min(...distances))];
  };
  const right = DIGITS.map(Number).filter((digit) => read(digit) === digit);
  expect(right.length).toBeGreaterThanOrEqual(8);
  expect(sampleDigit(3, 1)).not.toEqual(sampleDigit(3, 2));
});

test("a drawing is converted as the data of the network are", () => {
  const image = toImage([line])!;
  expect(fittedImage(image, [1, 28, 28])).toEqual(image);
  const colour = fittedImage(image, [3, 32, 32]);
  expect(colour).toHaveLength(3 * 1024);
  expect(colour.subarray(0, 1024)).toEqual(colour.subarray(2048));
});

test("planes become pixels of a canvas, grey or in colours", () => {
  expect([...planarImage(Uint8Array.of(1, 2), 1)]).toEqual([1, 1, 1, 255, 2, 2, 2, 255]);
  expect([...planarImage(Uint8Array.of(1, 2, 3, 4, 5, 6), 3)]).toEqual([
    1, 3, 5, 255, 2, 4, 6, 255,
  ]);
});
