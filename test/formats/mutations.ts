import { expect } from "vitest";
import { type Random, random } from "../../src/random/generator.ts";

/** Messages of the engine's own errors: a decoder should have checked before. */
const ENGINE_ERROR =
  /outside the bounds|Invalid (typed )?array|is not (iterable|a function)|Cannot (read|mix|convert)|undefined|call stack|^$/i;

/** Variants that are decoded at a time, for decoders with threads of their own. */
const LANES = 8;

/**
 * Cuts `bytes` off at every length (at most a thousand) and changes them at random, 2,000 times unless told otherwise,
 * and expects `decode` to succeed or to fail with an error of its own each time.
 */
export async function expectCleanErrors(
  bytes: Uint8Array,
  decode: (bytes: Uint8Array) => unknown,
  mutations = 2000,
): Promise<void> {
  const rng = random(0, "test.mutations");
  const stride = Math.ceil(bytes.length / 1000);
  const variants: Uint8Array[] = [];
  for (let length = 0; length < bytes.length; length += stride) {
    variants.push(bytes.slice(0, length));
  }
  for (let i = 0; i < mutations; i++) variants.push(mutated(bytes, rng));
  const decodeNext = async (): Promise<void> => {
    for (let next = variants.pop(); next; next = variants.pop()) {
      await expectCleanError(next, decode);
    }
  };
  await Promise.all(Array.from({ length: LANES }, decodeNext));
}

/** Expects `decode` to succeed or to fail with an error of its own. */
export async function expectCleanError(
  bytes: Uint8Array,
  decode: (bytes: Uint8Array) => unknown,
): Promise<void> {
  try {
    await decode(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).not.toMatch(ENGINE_ERROR);
  }
}

/** The bytes with some changed, taken out, put in or doubled, or with an absurd size among them. */
export function mutated(bytes: Uint8Array, rng: Random): Uint8Array {
  let changed: Uint8Array = bytes.slice();
  for (let change = rng.integer(4); change >= 0 && changed.length > 0; change--) {
    const at = rng.integer(changed.length);
    const length = 1 + rng.integer(Math.min(16, changed.length - at));
    switch (rng.integer(8)) {
      case 0:
        changed = joined(changed.subarray(0, at), changed.subarray(at + length));
        break;
      case 1:
        changed = joined(changed.subarray(0, at + length), changed.subarray(at));
        break;
      case 2:
        changed.fill([0xff, 0x7f, 0x80, 0][rng.integer(4)]!, at, at + length);
        break;
      default: {
        const extreme = [0, 1, 0x7f, 0x80, 0xff, rng.integer(256)];
        changed[at] = extreme[rng.integer(extreme.length)]!;
      }
    }
  }
  return changed;
}

const joined = (...parts: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(Buffer.concat(parts));
