import { expect, test } from "vitest";
import { fitText, GLYPH_ROWS, paintText, textWidth } from "../../src/io/bitmapFont.ts";

function picture(text: string): string {
  const rows = Array.from({ length: GLYPH_ROWS }, () => Array(textWidth(text)).fill("."));
  paintText(text, (x, y) => {
    rows[y]![x] = "#";
  });
  return rows.map((row) => row.join("")).join("\n");
}

test("letters are set beside each other with a gap of one pixel", () => {
  expect(picture("Ij")).toBe(
    [
      "###...#",
      ".#.....",
      ".#....#",
      ".#....#",
      ".#....#",
      ".#....#",
      "###...#",
      "......#",
      "....##.",
    ].join("\n"),
  );
});

test("every printable ASCII character but the back-quote has its own glyph", () => {
  const characters = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).filter(
    (character) => character !== "`",
  );
  expect(new Set(characters.map(picture)).size).toBe(characters.length);
  expect(characters.filter((character) => picture(character) === picture("\u{1f600}"))).toEqual([]);
});

test("accents are dropped", () => {
  expect(picture("é")).toBe(picture("e"));
});

test("fitText ends in an ellipsis where it cuts, and never exceeds the width", () => {
  expect(fitText("ship", 40)).toBe("ship");
  expect(fitText("automobile", 40)).toBe("automo…");
  expect(textWidth(fitText("automobile", 40))).toBeLessThanOrEqual(40);
  expect(fitText("automobile", 2)).toBe("");
});
