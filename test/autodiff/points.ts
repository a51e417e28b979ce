/** Functions of values together with points at which they are smooth. */
import fc from "fast-check";
import type { Shape } from "../../src/ir/ops.ts";
import { sizeOf, type Value } from "../../src/ir/value.ts";
import { random } from "../../src/random/generator.ts";

/** A function and the numbers of its inputs. */
export interface Point {
  readonly fn: (...xs: Value[]) => Value;
  readonly shapes: readonly Shape[];
  readonly inputs: readonly Float64Array[];
}

/** How to place the numbers of inputs of these shapes. */
type Placement = (shapes: readonly Shape[], seed: number) => Float64Array[];

const elementwise =
  (place: (normal: number) => number): Placement =>
  (shapes, seed) =>
    shapes.map((shape, i) => {
      const stream = random(seed, "test point", i);
      return Float64Array.from({ length: sizeOf(shape) }, () => place(stream.normal()));
    });

export const anywhere: Placement = elementwise((x) => x);
export const positive: Placement = elementwise((x) => 0.5 + Math.abs(x));
export const awayFromZero: Placement = elementwise((x) => x + (x < 0 ? -0.5 : 0.5));

/** Odd multiples of 0.03 in random order, none twice: 0.06 from each other and 0.03 from even multiples. */
export const spaced: Placement = (shapes, seed) => {
  const total = shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
  const order = random(seed, "test point").permutation(total);
  let used = 0;
  return shapes.map((shape) =>
    Float64Array.from(
      { length: sizeOf(shape) },
      () => 0.03 * (2 * (order[used++] - Math.floor(total / 2)) + 1),
    ),
  );
};

/** Points of the functions that `build` makes from arbitrary attributes. */
export const pointsOf = <Attrs>(
  attrs: fc.Arbitrary<Attrs>,
  build: (attrs: Attrs) => Pick<Point, "fn" | "shapes">,
  place: Placement = anywhere,
): fc.Arbitrary<Point> =>
  fc.tuple(attrs, fc.nat(2 ** 20)).map(([chosen, seed]) => {
    const { fn, shapes } = build(chosen);
    return { fn, shapes, inputs: place(shapes, seed) };
  });
