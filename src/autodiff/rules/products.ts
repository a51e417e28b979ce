/** Derivatives of matrix products, convolutions and poolings: linear in each input, closed families. */
import {
  conv,
  convDataGrad,
  convWeightGrad,
  matmul,
  poolGather,
  poolScatter,
  scalar,
  sumPool,
  sumPoolGrad,
  transposeMatrix,
} from "../../ir/builders/index.ts";
import type { OpName } from "../../ir/ops.ts";
import type { Value } from "../../ir/value.ts";
import { multilinear, piecewiseConstant, type RuleTable } from "../rule.ts";

export type ProductOp = Extract<OpName, "matmul" | "conv" | "convDataGrad" | "convWeightGrad">;

const spatial = (x: Value): readonly [number, number] => [x.shape[2]!, x.shape[3]!];

export const productRules: RuleTable<ProductOp> = {
  /** Y = A B:   dA = dY B^T   dB = A^T dY */
  matmul: multilinear("matmul", ({ dy, inputs: [a, b] }) => [
    matmul(dy, transposeMatrix(b!)),
    matmul(transposeMatrix(a!), dy),
  ]),
  /**
   * y = conv(x, w)       x [N,C,H,W]   w [M,C/group,kh,kw]   y [N,M,oh,ow]
   *   dx = convDataGrad(dy, w)     dw = convWeightGrad(x, dy)
   * <y, conv(x, w)> is one trilinear form in x, w and y; the three operators are its partial derivatives,
   * so derivatives of every order stay among them.
   */
  conv: multilinear("conv", ({ dy, inputs: [x, w], attrs }) => [
    convDataGrad(dy, w!, { ...attrs, inputSize: spatial(x!) }),
    convWeightGrad(x!, dy, attrs),
  ]),
  convDataGrad: multilinear("convDataGrad", ({ dy: dx, inputs: [g, w], attrs }) => [
    conv(dx, w!, attrs),
    convWeightGrad(dx, g!, attrs),
  ]),
  convWeightGrad: multilinear("convWeightGrad", ({ dy: dw, inputs: [x, g], attrs }) => [
    convDataGrad(g!, dw, { ...attrs, inputSize: spatial(x!) }),
    conv(x!, dw, attrs),
  ]),
};

export type PoolOp = Extract<
  OpName,
  "maxPoolIndex" | "poolGather" | "poolScatter" | "sumPool" | "sumPoolGrad"
>;

export const poolRules: RuleTable<PoolOp> = {
  maxPoolIndex: piecewiseConstant,
  poolGather: multilinear(
    "poolGather",
    ({ dy, inputs: [x, index], attrs }) => [
      poolScatter(dy, index!, { ...attrs, inputSize: spatial(x!) }),
      scalar(0),
    ],
    { constantFrom: 1 },
  ),
  poolScatter: multilinear(
    "poolScatter",
    ({ dy: dx, inputs: [, index], attrs }) => [poolGather(dx, index!, attrs), scalar(0)],
    { constantFrom: 1 },
  ),
  sumPool: multilinear("sumPool", ({ dy, inputs: [x], attrs }) => [
    sumPoolGrad(dy, { ...attrs, inputSize: spatial(x!) }),
  ]),
  sumPoolGrad: multilinear("sumPoolGrad", ({ dy: dx, attrs }) => [sumPool(dx, attrs)]),
};
