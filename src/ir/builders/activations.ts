/** Activations made of simpler operators, each with PyTorch's derivative at its kinks. */
import type { Value } from "../value.ts";
import {
  add,
  and,
  clip,
  erf,
  exp,
  greater,
  less,
  log,
  max,
  mul,
  neg,
  sigmoid,
  stopGradient,
  sub,
  tanh,
  where,
} from "./elementwise.ts";

/** x where x > 0, slope * x elsewhere. */
export const leakyRelu = (x: Value, slope = 0.01): Value => where(greater(x, 0), x, mul(x, slope));

/** x where x > 0, alpha * (exp x - 1) elsewhere. */
export function elu(x: Value, alpha = 1): Value {
  const positive = greater(x, 0);
  // Without the inner `where`, exp of a large x would turn the unused branch's zero cotangent into NaN.
  return where(positive, x, mul(sub(exp(where(positive, 0, x)), 1), alpha));
}

/** log(1 + exp x), computed as m + log(exp(-m) + exp(x - m)) with the constant shift m = max(x, 0). */
export function softplus(x: Value): Value {
  const shift = stopGradient(max(x, 0));
  return add(shift, log(add(exp(neg(shift)), exp(sub(x, shift)))));
}

/** x * Phi(x), exactly or by the tanh approximation (Hendrycks and Gimpel 2016). */
export function gelu(x: Value, approximate: "none" | "tanh" = "none"): Value {
  const phi =
    approximate === "none"
      ? erf(mul(x, Math.SQRT1_2))
      : tanh(mul(add(x, mul(mul(x, mul(x, x)), 0.044715)), Math.sqrt(2 / Math.PI)));
  return mul(mul(x, 0.5), add(phi, 1));
}

/** clip(x / 6 + 1/2, 0, 1) for the default slope and offset; its derivative is 0 at both ends. */
export function hardSigmoid(x: Value, alpha = 1 / 6, beta = 0.5): Value {
  const line = add(mul(x, alpha), beta);
  const inside = and(greater(line, 0), less(line, 1));
  return where(inside, line, stopGradient(clip(line, 0, 1)));
}

/** x * hardSigmoid(x). */
export const hardSwish = (x: Value): Value => mul(x, hardSigmoid(x));

/** x * sigmoid(x). */
export const silu = (x: Value): Value => mul(x, sigmoid(x));
