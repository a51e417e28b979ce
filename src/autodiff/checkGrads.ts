/** Checks gradients of first and second order in float64: by finite differences and against each other. */
import { input } from "../ir/builders/index.ts";
import { evaluate } from "../ir/interpreter/index.ts";
import type { Shape } from "../ir/ops.ts";
import { sizeOf, type Value } from "../ir/value.ts";
import { random } from "../random/generator.ts";
import { vjp } from "./gradient.ts";
import { jvp } from "./jvp.ts";

export interface CheckGradsOptions {
  /** 1: vjp and jvp. 2: also vjp of vjp, jvp of vjp and vjp of jvp. */
  readonly order: 1 | 2;
  /** Seed of the point, the directions and the cotangent. */
  readonly seed?: number;
  /** The point, one array per input and away from kinks; standard normal by default. */
  readonly inputs?: readonly ArrayLike<number>[];
  /** Step of the central differences. */
  readonly eps?: number;
  /** Largest error relative to the derivative; Infinity measures without throwing. */
  readonly tolerance?: number;
}

/** Worst relative errors found; `order2` is 0 where only first order was checked. */
export interface GradientErrors {
  readonly order1: number;
  readonly order2: number;
}

/** A derivative disagrees with a finite difference, or with the same derivative in another mode. */
export class GradientMismatch extends Error {
  override name = "GradientMismatch";
}

/** Two modes differ by rounding only. */
const MODES_AGREE = 1e-9;

/** Finite differences of f carry rounding noise of about 1e-16 |f| / eps: smaller derivatives count as zero. */
const NOISE_FLOOR = 1e-4;

/**
 * Checks the derivatives of y = fn(x0, x1, ...), with x and y of any shape, at one point.
 *
 * With a random cotangent c, g = vjp(c), and a random direction v of one input after the other:
 * - order 1: <g, v> and jvp(v) against (y(x + eps v) - y(x - eps v)) / (2 eps);
 * - order 2: the Hessian product Hv of <c, y>, found as jvp of vjp, as vjp of vjp (H is symmetric) and as vjp
 *   of jvp, against (g(x + eps v) - g(x - eps v)) / (2 eps) and, to 1e-9, against each other.
 *
 * @throws {GradientMismatch} naming the mode, the input, the direction and both numbers.
 */
export function checkGrads(
  fn: (...xs: Value[]) => Value,
  shapes: readonly Shape[],
  options: CheckGradsOptions,
): GradientErrors {
  const { order, seed = 0, eps = 1e-5, tolerance = 1e-6 } = options;
  const draw = (purpose: string, shape: Shape, index = 0): Float64Array => {
    const stream = random(seed, `checkGrads ${purpose}`, index);
    return Float64Array.from({ length: sizeOf(shape) }, () => stream.normal());
  };
  const xs = shapes.map((shape, i) => input(`x${i} of checkGrads`, shape));
  const y = fn(...xs);
  const c = input("cotangent of checkGrads", y.shape);
  const point = xs.map((x, i) =>
    Float64Array.from(options.inputs?.[i] ?? draw("point", x.shape, i)),
  );
  const cotangent = draw("cotangent", y.shape);
  const gradients = vjp([y], xs, [c]);
  const errors = { order1: 0, order2: 0 };

  xs.forEach((x, moved) => {
    const direction = draw("direction", x.shape, moved);
    const v = input(`direction ${moved} of checkGrads`, x.shape);
    const compute = (values: readonly Value[], step = 0): Float64Array[] => {
      const feeds = new Map<string, Float64Array>(xs.map((other, i) => [nameOf(other), point[i]]));
      feeds.set(
        nameOf(x),
        point[moved].map((number, k) => number + step * direction[k]),
      );
      feeds.set(nameOf(c), cotangent).set(nameOf(v), direction);
      return evaluate(values, feeds);
    };
    const differences = (values: readonly Value[]): Float64Array[] => {
      const behind = compute(values, -eps);
      return compute(values, eps).map((ahead, i) =>
        ahead.map((number, k) => (number - behind[i][k]) / (2 * eps)),
      );
    };
    const compare = (
      of: keyof GradientErrors,
      what: string,
      [actual, expected]: readonly [Numbers, Numbers],
      floor: number,
      limit = tolerance,
    ): void => {
      const error = errorOf(actual, expected, floor);
      errors[of] = Number.isNaN(error) ? error : Math.max(errors[of], error);
      if (tolerance === Number.POSITIVE_INFINITY || error <= limit) return;
      throw new GradientMismatch(
        `${what}, along a direction v of x${moved} [${x.shape}]: ${worstEntry(actual, expected)}; ` +
          `relative error ${error.toExponential(1)}, allowed ${limit} (seed ${seed}, eps ${eps})`,
      );
    };

    const [tangent] = jvp([y], [x], [v]);
    const [value, gradient, jv] = compute([y, gradients[moved], tangent]);
    const [slope] = differences([y]);
    compare("order1", "jvp and finite difference", [jv, slope], NOISE_FLOOR * norm(value));
    const along = [[dot(gradient, direction)], [dot(cotangent, slope)]] as const;
    const floor = Math.max(norm(gradient), NOISE_FLOOR * norm(value) * norm(cotangent));
    compare("order1", "<vjp, v> and finite difference", along, floor);
    if (order === 1) return;

    const size = NOISE_FLOOR * Math.hypot(...compute(gradients).map(norm));
    const curvature = differences(gradients);
    const modes = {
      "jvp of vjp": compute(jvp(gradients, [x], [v])),
      "vjp of vjp": compute(vjp([gradients[moved]], xs, [v])),
      "vjp of jvp": compute(vjp([tangent], xs, [c])),
    };
    const first = modes["jvp of vjp"];
    for (const [mode, product] of Object.entries(modes)) {
      xs.forEach((_, i) => {
        const place = `${mode} with respect to x${i}`;
        compare("order2", `${place} and finite difference`, [product[i], curvature[i]], size);
        compare("order2", `${place} and jvp of vjp`, [product[i], first[i]], size, MODES_AGREE);
      });
    }
  });
  return errors;
}

type Numbers = ArrayLike<number>;

const nameOf = (value: Value): string => (value as Value<"input">).attrs.name;

function dot(a: Numbers, b: Numbers): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

const norm = (a: Numbers): number => Math.sqrt(dot(a, a));

function errorOf(actual: Numbers, expected: Numbers, floor: number): number {
  const difference = norm(Array.from(actual, (number, i) => number - expected[i]));
  return difference === 0 ? 0 : difference / Math.max(norm(actual), norm(expected), floor);
}

function worstEntry(actual: Numbers, expected: Numbers): string {
  const gaps = Array.from(actual, (number, i) => Math.abs(number - expected[i]));
  const undefinedAt = gaps.findIndex(Number.isNaN);
  const at = undefinedAt >= 0 ? undefinedAt : gaps.indexOf(gaps.reduce((a, b) => Math.max(a, b)));
  return `entry ${at} is ${actual[at]} and ${expected[at]}`;
}
