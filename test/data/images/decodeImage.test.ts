import { writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { decodeImage } from "../../../src/data/images/decodeImage.ts";
import { crc32 } from "../../../src/formats/crc32.ts";
import { expectCleanErrors } from "../../formats/mutations.ts";
import { temporaryFolder } from "../../temporaryFolder.ts";

const folder = temporaryFolder();
const picture = sharp(Buffer.from(Array.from({ length: 108 }, (_, i) => (i * 37) % 256)), {
  raw: { width: 6, height: 6, channels: 3 },
});

test.each(["png", "jpeg"] as const)(
  "a %s file that is cut off or changed gives an image of the wanted size or a clean error",
  async (format) => {
    let written = 0;
    const bytes = new Uint8Array(await picture.clone().toFormat(format).toBuffer());
    const decode = async (changed: Uint8Array) => {
      const path = join(folder, `${written++}.${format}`);
      writeFileSync(path, changed);
      const planes = await decodeImage({ path }, { size: 4, channels: 3, fit: "squash" });
      expect(planes).toHaveLength(3 * 4 * 4);
    };
    await expectCleanErrors(bytes, decode, 1000);
  },
);

test("a picture that claims an absurd size is refused before it is decoded", async () => {
  const bytes = await picture.clone().png().toBuffer();
  // IHDR's width, with its CRC.
  bytes.writeUInt32BE(70_000, 16);
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
  const path = join(folder, "wide.png");
  writeFileSync(path, bytes);
  await expect(decodeImage({ path }, { size: 4, channels: 3, fit: "squash" })).rejects.toThrow(
    "claims 70000x6 pixels, expected at most 65535 a side",
  );
});
