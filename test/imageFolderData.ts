/** Image folders that a network learns in a moment: ants are dark at the top, bees at the bottom. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { random } from "../src/random/generator.ts";

const SIZE = 32;

/** Writes FOLDER/train and FOLDER/val with `counts` PNG files of each class. */
export async function writeImageFolder(
  folder: string,
  counts: { readonly train: number; readonly val: number },
): Promise<void> {
  for (const [part, count] of Object.entries(counts)) {
    for (const [label, name] of ["ants", "bees"].entries()) {
      const path = join(folder, part, name);
      mkdirSync(path, { recursive: true });
      for (let i = 0; i < count; i++) {
        const stream = random(i, `${part} ${name}`);
        const pixels = Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, k) => {
          const atBottom = k >= (SIZE * SIZE * 3) / 2;
          return stream.integer(100) + (atBottom === (label === 1) ? 0 : 120);
        });
        const raw = { width: SIZE, height: SIZE, channels: 3 as const };
        writeFileSync(join(path, `${i}.png`), await sharp(pixels, { raw }).png().toBuffer());
      }
    }
  }
}
