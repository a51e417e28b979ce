/**
 * Rewrites a network's forward computation so that the batch is the last axis and convolutions are matrix products
 * over blocks of pixels. On CPUs that is several times faster than convolution operators for networks with few
 * channels; docs/performance.md has the measurements. Derivatives need no rewriting: differentiating the result
 * gives gradients in the same form.
 */
import { matmul, reshape, transpose } from "../builders/index.ts";
import { topologicalOrder } from "../graph.ts";
import { isElementwise } from "../interpreter/elementwise.ts";
import type { ConvWindow, OpName, Window } from "../ops.ts";
import { sameShape } from "../shapes.ts";
import { makeValue, sizeOf, type Value } from "../value.ts";
import {
  addPerChannel,
  type Grid,
  moveBatchFirst,
  moveBatchLast,
  padPixels,
  toBlocks,
} from "./blocks.ts";
import { blockedConvolution, inflation, patchBlocks } from "./convolution.ts";

/** Blocks with more multiplications than this for each useful one are not chosen. */
const MOST_INFLATION = 3;

/**
 * The value `output` [N, ...] of a network that treats its images one by one, computed batch-last. `images` [N,C,H,W]
 * and the other `leaves` are what it is made from and stay as they are. Operators without a batch-last form are
 * computed as before, with transposes around them.
 */
export function batchLast(output: Value, images: Value, leaves: readonly Value[]): Value {
  return new Rewriter(output, images, leaves).batchFirst(output);
}

class Rewriter {
  readonly #images: Value;
  /** Values that depend on the images: those with a batch axis. */
  readonly #batched = new Set<Value>();
  readonly #uses = new Map<Value, number>();
  readonly #first = new Map<Value, Value>();
  readonly #last = new Map<Value, Map<number, Value>>();

  constructor(output: Value, images: Value, leaves: readonly Value[]) {
    this.#images = images;
    this.#batched.add(images);
    const ends = new Set([images, ...leaves]);
    for (const value of topologicalOrder([output], ends)) {
      if (ends.has(value)) continue;
      if (value.inputs.some((x) => this.#batched.has(x))) this.#batched.add(value);
      for (const x of value.inputs) this.#uses.set(x, (this.#uses.get(x) ?? 0) + 1);
    }
  }

  /** The value under its own shape. */
  batchFirst(value: Value): Value {
    if (!this.#batched.has(value) || value === this.#images) return value;
    let rewritten = this.#first.get(value);
    if (!rewritten) {
      const last = this.#native(value, 1);
      rewritten = last
        ? moveBatchFirst(last, value.shape)
        : makeValue(
            value.op as OpName,
            value.inputs.map((x) => this.batchFirst(x)),
            value.attrs,
          );
      this.#first.set(value, rewritten);
    }
    return rewritten;
  }

  /** A batched value [N,C,...] as [C, ... * N], or [N,C,H,W] in blocks of r. */
  #inBlocks(value: Value, r: number): Value {
    const known = this.#last.get(value)?.get(r);
    if (known) return known;
    const made =
      this.#native(value, r) ??
      (r > 1
        ? toBlocks(this.#inBlocks(value, 1), gridOf(value), r)
        : moveBatchLast(this.batchFirst(value)));
    this.#last.set(value, (this.#last.get(value) ?? new Map()).set(r, made));
    return made;
  }

  /** The batch-last form of an operator that has one. */
  #native(value: Value, r: number): Value | undefined {
    if (value === this.#images || value.shape.length < 2) return undefined;
    const convolution = this.#convolution(value, r);
    if (convolution) return convolution;
    const [x, y] = value.inputs;
    switch (value.op) {
      case "reshape": {
        const flat = value.shape.length === 2 && x!.shape.length > 1;
        return flat && value.shape[0] === x!.shape[0]
          ? reshape(this.#inBlocks(x!, 1), [value.shape[1]!, value.shape[0]!])
          : undefined;
      }
      case "matmul":
        return this.#batched.has(x!) && !this.#batched.has(y!) && value.shape.length === 2
          ? matmul(transpose(y!), this.#inBlocks(x!, 1))
          : undefined;
      case "add":
        return this.#addBias(value, r);
      default:
        return isElementwise(value.op) && value.inputs.length === 1
          ? makeValue(value.op as OpName, [this.#inBlocks(x!, r)], value.attrs)
          : undefined;
    }
  }

  /** x [N,C,...] plus one number per channel. */
  #addBias({ inputs, shape }: Value<"add">, r: number): Value | undefined {
    const [x, bias] = this.#batched.has(inputs[0]!) ? inputs : [inputs[1], inputs[0]];
    if (!x || !bias || this.#batched.has(bias) || !sameShape(x.shape, shape)) return undefined;
    const channels = shape[1]!;
    const channelAxis = bias.shape.length - (shape.length - 1);
    if (sizeOf(bias.shape) !== channels || bias.shape[channelAxis] !== channels) return undefined;
    return addPerChannel(this.#inBlocks(x, r), bias, channels);
  }

  /** A convolution, with the bias, ReLU and non-overlapping max-pool that may follow it. */
  #convolution(value: Value, r: number): Value | undefined {
    const pooled = this.#poolOf(value);
    const pool = pooled ? pooled.attrs.kernel[0] : 1;
    const block = pool * r;
    // Adding one number per channel and ReLU keep the order: they can as well follow the pooling.
    const after: ((x: Value) => Value)[] = [];
    let core: Value = pooled ? pooled.inputs[0]! : value;
    for (; pooled && core.op !== "conv"; core = core.inputs[0]!) {
      if (this.#isUsedElsewhere(core, pooled)) return undefined;
      const { op, inputs } = core;
      if (op === "relu") after.unshift((x) => makeValue("relu", [x], {}));
      else if (op === "add" && !this.#batched.has(inputs[1]!) && isChannelBias(inputs[1]!, core))
        after.unshift((x) => addPerChannel(x, inputs[1]!, inputs[1]!.shape[1]!));
      else return undefined;
    }
    if (core.op !== "conv" || !this.#batched.has(core.inputs[0]!)) return undefined;
    if (pooled && this.#isUsedElsewhere(core, pooled)) return undefined;
    if (this.#batched.has(core.inputs[1]!) || !isPlain(core.attrs)) return undefined;
    const [, , oh, ow] = core.shape as [number, number, number, number];
    if (oh % block !== 0 || ow % block !== 0) return undefined;
    if (inflation(block, core.attrs.kernel) > MOST_INFLATION) return undefined;
    const input = this.#padded(core.inputs[0]!, core.attrs, [oh, ow], block);
    const product = blockedConvolution(input.blocks, input.grid, core.inputs[1]!, { block, pool });
    return after.reduce((x, apply) => apply(x), product);
  }

  /** Whether a value on the way to a pooling is used for anything else; the pooling itself uses its input twice. */
  #isUsedElsewhere(value: Value, { inputs: [pooled] }: Value<"poolGather">): boolean {
    return this.#uses.get(value)! > (value === pooled ? 2 : 1);
  }

  /** The input of a convolution in blocks, padded so that whole patches of blocks fit. */
  #padded(
    x: Value,
    { kernel, pads }: ConvWindow,
    output: readonly [number, number],
    block: number,
  ): { readonly blocks: Value; readonly grid: Grid } {
    const { height, width, n } = gridOf(x);
    const rows = output[0] / block - 1 + patchBlocks(block, kernel[0]);
    const columns = output[1] / block - 1 + patchBlocks(block, kernel[1]);
    const after = [rows * block - height - pads[0], columns * block - width - pads[1]] as const;
    const grid = { height: rows, width: columns, n };
    if ([...pads.slice(0, 2), ...after].every((pad) => pad === 0))
      return { blocks: this.#inBlocks(x, block), grid };
    const pixels = padPixels(this.#inBlocks(x, 1), gridOf(x), [pads[0], pads[1]], after);
    const padded = { height: rows * block, width: columns * block, n };
    return { blocks: toBlocks(pixels, padded, block), grid };
  }

  /** The value as a max-pool over square windows that do not overlap. */
  #poolOf(value: Value): Value<"poolGather"> | undefined {
    if (value.op !== "poolGather") return undefined;
    const [x, index] = value.inputs as [Value, Value];
    const window: Window = value.attrs;
    const [kh, kw] = window.kernel;
    const own =
      index.op === "maxPoolIndex" &&
      index.inputs[0] === x &&
      (["kernel", "strides", "pads", "dilations"] as const).every((name) =>
        sameShape(index.attrs[name], window[name]),
      );
    const tiles =
      kh === kw &&
      window.strides.every((stride) => stride === kh) &&
      window.pads.every((pad) => pad === 0) &&
      window.dilations.every((dilation) => dilation === 1) &&
      x.shape[2] === value.shape[2]! * kh &&
      x.shape[3] === value.shape[3]! * kw;
    return own && tiles ? value : undefined;
  }
}

/** One group, stride 1, no dilation. */
const isPlain = ({ strides, dilations, group }: ConvWindow): boolean =>
  group === 1 && [...strides, ...dilations].every((entry) => entry === 1);

const isChannelBias = (bias: Value, { inputs: [x], shape }: Value): boolean =>
  sameShape(x!.shape, shape) && sameShape(bias.shape, [1, shape[1]!, 1, 1]);

/** The grid of single pixels of a value [N,C,H,W]. */
const gridOf = ({ shape }: Value): Grid => ({ height: shape[2]!, width: shape[3]!, n: shape[0]! });
