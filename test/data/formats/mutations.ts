import { expect } from "vitest";
import { random } from "../../../src/random/generator.ts";

/** Messages of the engine's own errors: a decoder should have checked before. */
const ENGINE_ERROR =
  /outside the bounds|Invalid (typed )?array|is not iterable|Cannot read|undefined/i;

/**
 * Cuts `bytes` off at every length and changes random bytes, and expects `decode` to succeed or to
 * fail with an error of its own each time.
 */
export async function expectCleanErrors(
  bytes: Uint8Array,
  decode: (bytes: Uint8Array) => unknown,
): Promise<void> {
  const rng = random(0, "test.mutations");
  const variants = Array.from({ length: bytes.length }, (_, length) => bytes.slice(0, length));
  for (let i = 0; i < 500; i++) {
    const variant = bytes.slice();
    for (let change = rng.integer(4); change >= 0; change--) {
      const extreme = [0, 1, 0x7f, 0xff, rng.integer(256)];
      variant[rng.integer(bytes.length)] = extreme[rng.integer(extreme.length)]!;
    }
    variants.push(variant);
  }
  for (const variant of variants) {
    try {
      await decode(variant);
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
      expect((error as Error).message).not.toMatch(ENGINE_ERROR);
    }
  }
}
