import { expect, test } from "vitest";
import { philox4x32 } from "../../src/random/philox.ts";

// The three "philox4x32 10" lines of tests/kat_vectors in github.com/DEShawResearch/random123:
// counter[4], key[2], output[4].
const KNOWN_ANSWERS = [
  "00000000 00000000 00000000 00000000 00000000 00000000 6627e8d5 e169c58d bc57ac4c 9b00dbd8",
  "ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff 408f276d 41c83b0e a20bc7c6 6d5451fd",
  "243f6a88 85a308d3 13198a2e 03707344 a4093822 299f31d0 d16cfe09 94fdcceb 5001e420 24126ea1",
];

test.each(KNOWN_ANSWERS)("Philox4x32-10 gives Random123's known answer: %s", (line) => {
  const words = line.split(" ").map((word) => Number.parseInt(word, 16));
  const [c0, c1, c2, c3, k0, k1] = words as [number, number, number, number, number, number];
  const out = new Uint32Array(4);
  philox4x32(out, c0, c1, c2, c3, k0, k1);
  expect([...out]).toEqual(words.slice(6));
});
