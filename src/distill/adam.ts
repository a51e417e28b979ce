/** The outer optimizer. */

/** First and second moments of one tensor. */
export interface Moments {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

export const zeroMoments = (size: number): Moments => ({
  first: new Float32Array(size),
  second: new Float32Array(size),
});

export interface AdamOptions {
  readonly rate: number;
  readonly betas: readonly [number, number];
  readonly epsilon: number;
}

/**
 * One step of Adam (Kingma and Ba 2015, algorithm 1), in place; `step` counts from 1.
 * The gradient is multiplied by `scale` first.
 */
export function adamStep(
  values: Float32Array,
  gradient: ArrayLike<number>,
  { first, second }: Moments,
  step: number,
  { rate, betas: [beta1, beta2], epsilon }: AdamOptions,
  scale = 1,
): void {
  const correction1 = 1 - beta1 ** step;
  const correction2 = 1 - beta2 ** step;
  for (let i = 0; i < values.length; i++) {
    const g = gradient[i]! * scale;
    first[i] = beta1 * first[i]! + (1 - beta1) * g;
    second[i] = beta2 * second[i]! + (1 - beta2) * g * g;
    values[i] =
      values[i]! -
      (rate * (first[i]! / correction1)) / (Math.sqrt(second[i]! / correction2) + epsilon);
  }
}
