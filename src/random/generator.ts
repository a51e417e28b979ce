import { log, sineOfTurn } from "./elementary.ts";
import { philox4x32 } from "./philox.ts";

const TWO_POW_32 = 4294967296;
const TWO_POW_53 = 9007199254740992;
const QUARTER_TURN = 1073741824;

/** A stream of random numbers; every engine draws the same ones, bit for bit. */
export interface Random {
  /** Uniform on 0 .. 2^32 - 1. */
  uint32(): number;
  /** Uniform on [0, 1), in steps of 2^-53. */
  uniform(): number;
  /** Standard normal (Box and Muller 1958). */
  normal(): number;
  /** Uniform on 0 .. n - 1 without bias; n is an integer in 1 .. 2^32. */
  integer(n: number): number;
  /** Puts an array in random order, in place (Fisher-Yates). */
  shuffle(array: Uint32Array | number[]): void;
  /** A random order of 0 .. n - 1. */
  permutation(n: number): Uint32Array;
  /** The next out.length values of `normal()`, scaled and rounded to float32. */
  fillNormal(out: Float32Array, std?: number, mean?: number): void;
  /** The next out.length values of `uniform()`, scaled to lo .. hi and rounded to float32. */
  fillUniform(out: Float32Array, lo: number, hi: number): void;
}

/**
 * An independent stream of random numbers, determined by (seed, purpose, indices) alone: not by
 * the order of calls, nor by other streams.
 *
 * Seed and indices are safe integers. They and the purpose are hashed to 128 bits: Philox's key
 * and the upper half of its counter; the lower half counts blocks.
 */
export function random(seed: number, purpose: string, ...indices: number[]): Random {
  return new PhiloxStream(hashStream(seed, purpose, indices));
}

/** Philox as a compression function, h <- philox(h; two words) xor h, over a prefix-free message. */
function hashStream(seed: number, purpose: string, indices: readonly number[]): Uint32Array {
  const words = [purpose.length, indices.length];
  for (const value of [seed, ...indices]) {
    if (!Number.isSafeInteger(value)) {
      throw new RangeError(
        `A random stream's seed and indices must be safe integers, got ${value} in ` +
          `random(${[seed, JSON.stringify(purpose), ...indices].join(", ")}).`,
      );
    }
    words.push(value >>> 0, Math.floor(value / TWO_POW_32) >>> 0);
  }
  for (let i = 0; i < purpose.length; i++) words.push(purpose.charCodeAt(i));
  if (words.length % 2 === 1) words.push(0);

  const hash = new Uint32Array(4);
  const block = new Uint32Array(4);
  for (let i = 0; i < words.length; i += 2) {
    philox4x32(block, hash[0]!, hash[1]!, hash[2]!, hash[3]!, words[i]!, words[i + 1]!);
    for (let j = 0; j < 4; j++) hash[j] = hash[j]! ^ block[j]!;
  }
  return hash;
}

class PhiloxStream implements Random {
  private readonly stream: Uint32Array;
  private readonly block = new Uint32Array(4);
  private used = 4;
  private counterLow = 0;
  private counterHigh = 0;
  /** The second number of the last Box-Muller pair, or NaN. */
  private spare = Number.NaN;

  constructor(stream: Uint32Array) {
    this.stream = stream;
  }

  uint32(): number {
    if (this.used === 4) {
      const { block, stream, counterLow, counterHigh } = this;
      philox4x32(block, counterLow, counterHigh, stream[2]!, stream[3]!, stream[0]!, stream[1]!);
      this.counterLow = (this.counterLow + 1) >>> 0;
      if (this.counterLow === 0) this.counterHigh = (this.counterHigh + 1) >>> 0;
      this.used = 0;
    }
    return this.block[this.used++]!;
  }

  uniform(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 67108864 + low) / TWO_POW_53;
  }

  normal(): number {
    const spare = this.spare;
    if (!Number.isNaN(spare)) {
      this.spare = Number.NaN;
      return spare;
    }
    const radius = Math.sqrt(-2 * log((this.uint32() + 0.5) / TWO_POW_32));
    const turn = this.uint32();
    this.spare = radius * sineOfTurn(turn);
    return radius * sineOfTurn((turn + QUARTER_TURN) >>> 0);
  }

  integer(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > TWO_POW_32) {
      throw new RangeError(`integer(n) expects an integer n in 1 .. 2^32, got ${n}.`);
    }
    const limit = TWO_POW_32 - (TWO_POW_32 % n);
    let word = this.uint32();
    while (word >= limit) word = this.uint32();
    return word % n;
  }

  shuffle(array: Uint32Array | number[]): void {
    for (let i = array.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const swapped = array[i]!;
      array[i] = array[j]!;
      array[j] = swapped;
    }
  }

  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    this.shuffle(order);
    return order;
  }

  fillNormal(out: Float32Array, std = 1, mean = 0): void {
    for (let i = 0; i < out.length; i++) out[i] = mean + std * this.normal();
  }

  fillUniform(out: Float32Array, lo: number, hi: number): void {
    for (let i = 0; i < out.length; i++) out[i] = lo + (hi - lo) * this.uniform();
  }
}
