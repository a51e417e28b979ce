import sharp from "sharp";
import { expect, test } from "vitest";
import { encodePng } from "../../src/formats/png.ts";
import { random } from "../../src/random/generator.ts";

test.each([
  { channels: 1, space: "b-w" },
  { channels: 3, space: "srgb" },
] as const)("pixels of $channels channels come back as they were", async ({ channels, space }) => {
  const stream = random(1, "png");
  const [width, height] = [7, 5];
  const pixels = Uint8Array.from({ length: width * height * channels }, () => stream.integer(256));
  const image = sharp(await encodePng({ width, height, channels, pixels }));
  expect(await image.metadata()).toMatchObject({ format: "png", width, height, channels, space });
  const { data } = await image.toColourspace(space).raw().toBuffer({ resolveWithObject: true });
  expect([...data]).toEqual([...pixels]);
});
