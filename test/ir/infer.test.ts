import fc from "fast-check";
import { expect, test } from "vitest";
import {
  add,
  cast,
  concat,
  conv,
  convDataGrad,
  convWeightGrad,
  expand,
  gather,
  input,
  matmul,
  poolGather,
  poolScatter,
  sumPool,
  sumPoolGrad,
} from "../../src/ir/builders/index.ts";
import type { Shape } from "../../src/ir/ops.ts";
import { ShapeError } from "../../src/ir/shapes.ts";
import { makeValue, type Value } from "../../src/ir/value.ts";
import { convCase, factors, poolCase, reduction, strided } from "./arbitraries.ts";

const of = (...shape: Shape) => input("x", shape);
const bool = (...shape: Shape) => input("x", shape, "bool");
const window = {
  kernel: [3, 3],
  strides: [1, 1],
  pads: [0, 0, 0, 0],
  dilations: [1, 1],
  group: 1,
} as const;

test.each<[string, () => Value, string]>([
  [
    "operands that do not broadcast",
    () => add(of(2, 3), of(2, 4)),
    "add(float32[2,3], float32[2,4]): the shapes do not broadcast",
  ],
  [
    "bool operands of arithmetic",
    () => add(bool(2), of(2)),
    "add(bool[2], float32[2]): expected inputs (float32, float32)",
  ],
  [
    "a float condition",
    () => makeValue("where", [of(2), of(2), of(2)], {}),
    "where(float32[2], float32[2], float32[2]): expected inputs (bool, float32, float32)",
  ],
  [
    "a missing axis",
    () => makeValue("reduceSum", [of(2, 3)], { axes: [2], keepdims: false }),
    "reduceSum(float32[2,3]): axis 2 is out of range for rank 2",
  ],
  [
    "softmax of a scalar",
    () => makeValue("softmax", [of()], { axis: 0 }),
    "softmax(float32[]): axis 0 is out of range for rank 0",
  ],
  [
    "a constant of another size",
    () => makeValue("constant", [], { data: [1, 2], shape: [3], dtype: "float32" }),
    "constant(): 2 numbers for [3]",
  ],
  [
    "reshaping to another size",
    () => makeValue("reshape", [of(2, 3)], { shape: [4] }),
    "reshape(float32[2,3]): cannot reshape into [4]: the sizes differ",
  ],
  [
    "repeated axes",
    () => makeValue("transpose", [of(2, 3)], { perm: [0, 0] }),
    "transpose(float32[2,3]): [0,0] is no permutation of the axes",
  ],
  [
    "expanding an extent other than 1",
    () => expand(of(2), [4]),
    "expand(float32[2]): cannot expand to [4]",
  ],
  [
    "joining unequal shapes",
    () => concat([of(2, 3), of(3, 3)], 1),
    "concat(float32[2,3], float32[3,3]): the shapes differ outside axis 1",
  ],
  [
    "a slice beyond the end",
    () => makeValue("slice", [of(3)], { starts: [1], steps: [1], sizes: [3] }),
    "slice(float32[3]): axis 0: 3 entries from 1 in steps of 1 leave an extent of 3",
  ],
  [
    "an unslice beyond the end",
    () => makeValue("unslice", [of(3)], { starts: [1], steps: [2], shape: [5] }),
    "unslice(float32[3]): axis 0: 3 entries from 1 in steps of 2 leave an extent of 5",
  ],
  [
    "an index beyond the end",
    () => makeValue("gather", [of(3)], { axis: 0, indices: [3] }),
    "gather(float32[3]): index 3 is outside 0 to 2",
  ],
  [
    "an index before the beginning",
    () => gather(of(3), [-4], [1], 0),
    "gather: index -4 is outside -3 to 2",
  ],
  [
    "another number of indices",
    () => makeValue("scatterAdd", [of(3)], { axis: 0, indices: [0], size: 2 }),
    "scatterAdd(float32[3]): 1 indices for axis 0",
  ],
  [
    "unequal inner extents",
    () => matmul(of(2, 3), of(2, 3)),
    "matmul(float32[2,3], float32[2,3]): the inner extents differ",
  ],
  [
    "a vector factor",
    () => matmul(of(2, 3), of(3)),
    "matmul(float32[2,3], float32[3]): expected two axes or more",
  ],
  [
    "batch axes that do not broadcast",
    () => matmul(of(2, 1, 3), of(4, 3, 1)),
    "matmul(float32[2,1,3], float32[4,3,1]): the batch axes do not broadcast",
  ],
  [
    "other input channels",
    () => conv(of(1, 2, 5, 5), of(4, 3, 3, 3), window),
    "conv(float32[1,2,5,5], float32[4,3,3,3]): 2 input channels, 4 filters of 3 channels, 1 groups",
  ],
  [
    "another kernel",
    () => conv(of(1, 2, 5, 5), of(4, 2, 5, 5), window),
    "conv(float32[1,2,5,5], float32[4,2,5,5]): the window's kernel is [3,3], the weights' [5,5]",
  ],
  [
    "images without a batch axis",
    () => conv(of(2, 5, 5), of(4, 2, 3, 3), window),
    "conv(float32[2,5,5], float32[4,2,3,3]): expected [N,C,H,W]",
  ],
  [
    "a window larger than the image",
    () => sumPool(of(1, 1, 2, 2), window),
    "sumPool(float32[1,1,2,2]): a window of [3,3] does not fit into [2,2]",
  ],
  [
    "a cotangent of another size",
    () => convDataGrad(of(1, 4, 3, 3), of(4, 2, 3, 3), { ...window, inputSize: [6, 5] }),
    "convDataGrad(float32[1,4,3,3], float32[4,2,3,3]): the window makes [4,3] positions",
  ],
  [
    "cotangents of another batch",
    () => convWeightGrad(of(1, 2, 5, 5), of(2, 4, 3, 3), window),
    "convWeightGrad(float32[1,2,5,5], float32[2,4,3,3]): batches of 1 and 2, 2 and 4 channels, 1 groups",
  ],
  [
    "an index of another shape",
    () => poolGather(of(1, 1, 5, 5), of(1, 1, 2, 2), window),
    "poolGather(float32[1,1,5,5], float32[1,1,2,2]): the index has another shape",
  ],
  [
    "too few positions",
    () => sumPoolGrad(of(1, 1, 2, 2), { ...window, inputSize: [5, 5] }),
    "sumPoolGrad(float32[1,1,2,2]): the window makes [3,3] positions",
  ],
])("%s: the error names the operator, the shapes and what does not fit", (_, build, message) => {
  expect(build).toThrow(ShapeError);
  expect(build).toThrow(message);
});

test("comparisons and casts change the dtype", () => {
  const compared = makeValue("greater", [of(2, 1), of(3)], {});
  expect(compared).toMatchObject({ shape: [2, 3], dtype: "bool" });
  expect(cast(compared, "float32")).toMatchObject({ shape: [2, 3], dtype: "float32" });
});

test("reductions drop their axes or keep them as 1", () => {
  fc.assert(
    fc.property(reduction, ({ shape, axes, keepdims }) => {
      const kept = makeValue("reduceMax", [of(...shape)], { axes, keepdims }).shape;
      const expected = keepdims
        ? shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent))
        : shape.filter((_, axis) => !axes.includes(axis));
      expect(kept).toEqual(expected);
    }),
  );
});

test("slice and unslice, and the products, invert each other's shapes", () => {
  fc.assert(
    fc.property(strided, factors, ({ shape, starts, steps, sizes }, { a, b }) => {
      const sliced = makeValue("slice", [of(...shape)], { starts, steps, sizes });
      expect(sliced.shape).toEqual(sizes);
      expect(makeValue("unslice", [sliced], { starts, steps, shape }).shape).toEqual(shape);
      expect(matmul(of(...a), of(...b)).shape.slice(-2)).toEqual([a.at(-2), b.at(-1)]);
    }),
  );
});

test("the members of the convolution and pooling families agree on their shapes", () => {
  fc.assert(
    fc.property(convCase, poolCase, (products, pools) => {
      const [x, w, y] = [products.x, products.w, products.y].map((shape) => of(...shape));
      expect(conv(x, w, products.window).shape).toEqual(y.shape);
      expect(convDataGrad(y, w, products.window).shape).toEqual(x.shape);
      expect(convWeightGrad(x, y, products.window).shape).toEqual(w.shape);

      const [image, pooled] = [of(...pools.x), of(...pools.y)];
      expect(sumPool(image, pools.window).shape).toEqual(pooled.shape);
      expect(sumPoolGrad(pooled, pools.window).shape).toEqual(image.shape);
      expect(poolScatter(pooled, pooled, pools.window).shape).toEqual(image.shape);
    }),
  );
});
