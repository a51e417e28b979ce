import type { Random } from "./generator.ts";
import { orthonormal } from "./orthonormal.ts";

/** Connections into and out of one unit of a layer. */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/** Fans that a weight's shape does not tell, since it is not [out, in, ...kernel]. */
type StatedFans = Partial<Fans>;

/**
 * A distribution of initial parameters, as JSON. `gain` is 1 unless a comment says otherwise.
 *
 * With the fans that are stated, else those of a weight [out, in, ...kernel]:
 * - `xavier_*`: variance gain^2 * 2 / (fan_in + fan_out) (Glorot and Bengio 2010, eq. 16).
 * - `kaiming_*`: variance gain^2 / fan, by default fan_in and gain sqrt(2) (He et al. 2015, eq. 10).
 * - `orthogonal`: gain times orthonormal rows or columns, whichever are fewer, of the weight
 *   flattened to [out, in * kernel] (Saxe et al. 2013, section 3).
 * - `pytorch`: U(-1/sqrt(fan_in), 1/sqrt(fan_in)), what PyTorch's Conv and Linear start from (LeCun
 *   et al. 1998, section 4.6, up to a constant); a bias states the fan_in of its weight.
 */
export type Initializer =
  | ({ kind: "xavier_normal"; gain?: number } & StatedFans)
  | ({ kind: "xavier_uniform"; gain?: number } & StatedFans)
  | ({ kind: "kaiming_normal"; mode?: FanMode; gain?: number } & StatedFans)
  | ({ kind: "kaiming_uniform"; mode?: FanMode; gain?: number } & StatedFans)
  | { kind: "orthogonal"; gain?: number }
  | ({ kind: "pytorch" } & StatedFans)
  /** Mean 0 and standard deviation 1 by default. */
  | { kind: "normal"; mean?: number; std?: number }
  /** On [0, 1) by default. */
  | { kind: "uniform"; lo?: number; hi?: number }
  | { kind: "zeros" }
  | { kind: "ones" }
  | { kind: "constant"; value: number };

export type FanMode = "fan_in" | "fan_out";

/**
 * Connections into and out of one unit of a weight [out, in] or [out, in, ...kernel], as PyTorch
 * counts them: the channels of one group times the kernel's size.
 */
export function fans(shape: readonly number[]): Fans {
  const [out, into, ...kernel] = shape;
  if (out === undefined || into === undefined) {
    throw new RangeError(
      `Fan in and fan out need a weight [out, in, ...kernel], got the shape [${shape.join(", ")}].`,
    );
  }
  const receptiveField = product(kernel);
  return { fanIn: into * receptiveField, fanOut: out * receptiveField };
}

/** Fans of a weight: those that its initializer states, else those of its shape. */
export function weightFans(initializer: Initializer, shape: readonly number[]): Fans {
  const { fanIn, fanOut } = statedFans(initializer);
  if (fanIn !== undefined && fanOut !== undefined) return { fanIn, fanOut };
  const told = fans(shape);
  return { fanIn: fanIn ?? told.fanIn, fanOut: fanOut ?? told.fanOut };
}

/**
 * Another distribution for a weight that starts by `before`: the fans that this states are the weight's, unless
 * `initializer` states others.
 */
export const withFansOf = (before: Initializer, initializer: Initializer): Initializer =>
  goesByFans(initializer)
    ? { ...initializer, ...statedFans(before), ...statedFans(initializer) }
    : initializer;

type ByFans<Kind extends string> = Extract<Initializer, { kind: `${Kind}${string}` }>;

const goesByFans = (
  initializer: Initializer,
): initializer is ByFans<"xavier" | "kaiming" | "pytorch"> =>
  /^(xavier|kaiming|pytorch)/.test(initializer.kind);

function statedFans(initializer: Initializer): StatedFans {
  if (!goesByFans(initializer)) return {};
  const { fanIn, fanOut } = initializer;
  return {
    ...(fanIn === undefined ? {} : { fanIn }),
    ...(fanOut === undefined ? {} : { fanOut }),
  };
}

/**
 * One draw of a parameter, row-major.
 *
 * Throws a RangeError where the distribution needs fans that the shape does not have.
 */
export function initialize(
  initializer: Initializer,
  shape: readonly number[],
  rng: Random,
): Float32Array {
  const values = new Float32Array(product(shape));
  switch (initializer.kind) {
    case "xavier_normal":
      rng.fillNormal(values, xavierStd(initializer, shape));
      return values;
    case "xavier_uniform":
      return symmetric(values, Math.sqrt(3) * xavierStd(initializer, shape), rng);
    case "kaiming_normal":
      rng.fillNormal(values, kaimingStd(initializer, shape));
      return values;
    case "kaiming_uniform":
      return symmetric(values, Math.sqrt(3) * kaimingStd(initializer, shape), rng);
    case "orthogonal":
      return orthogonal(values, shape, initializer.gain ?? 1, rng);
    case "pytorch":
      return symmetric(values, 1 / Math.sqrt(pytorchFanIn(initializer, shape)), rng);
    case "normal":
      rng.fillNormal(values, initializer.std ?? 1, initializer.mean ?? 0);
      return values;
    case "uniform":
      rng.fillUniform(values, initializer.lo ?? 0, initializer.hi ?? 1);
      return values;
    case "zeros":
      return values;
    case "ones":
      return values.fill(1);
    case "constant":
      return values.fill(initializer.value);
    default:
      throw new RangeError(
        `Unknown initializer ${JSON.stringify(initializer)}; the kinds are xavier_normal, ` +
          "xavier_uniform, kaiming_normal, kaiming_uniform, orthogonal, pytorch, normal, uniform, " +
          "zeros, ones and constant.",
      );
  }
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}

function symmetric(values: Float32Array, bound: number, rng: Random): Float32Array {
  rng.fillUniform(values, -bound, bound);
  return values;
}

function xavierStd(initializer: ByFans<"xavier">, shape: readonly number[]): number {
  const { gain = 1 } = initializer;
  const { fanIn, fanOut } = weightFans(initializer, shape);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}

function kaimingStd(initializer: ByFans<"kaiming">, shape: readonly number[]): number {
  const { mode = "fan_in", gain = Math.SQRT2 } = initializer;
  const { fanIn, fanOut } = weightFans(initializer, shape);
  return gain / Math.sqrt(mode === "fan_in" ? fanIn : fanOut);
}

function pytorchFanIn(initializer: ByFans<"pytorch">, shape: readonly number[]): number {
  if (initializer.fanIn !== undefined) return initializer.fanIn;
  if (shape.length < 2) {
    throw new RangeError(
      `The initializer "pytorch" needs fanIn, that of the layer's weight, for a parameter of ` +
        `shape [${shape.join(", ")}].`,
    );
  }
  return fans(shape).fanIn;
}

function orthogonal(
  values: Float32Array,
  shape: readonly number[],
  gain: number,
  rng: Random,
): Float32Array {
  if (shape.length < 2) {
    throw new RangeError(
      `The initializer "orthogonal" needs at least two dimensions, got [${shape.join(", ")}].`,
    );
  }
  const rows = shape[0]!;
  const columns = values.length / rows;
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const vectors = orthonormal(count, length, rng);
  for (let i = 0; i < values.length; i++) {
    const row = Math.floor(i / columns);
    const column = i % columns;
    const at = rows <= columns ? row * length + column : column * length + row;
    values[i] = gain * vectors[at]!;
  }
  return values;
}
