/** Matrix products and convolutions; their tensors that do not depend on the images are weights. */
import { conv2d, convTranspose2d, gemm, matmul, reshape } from "../../../ir/builders/index.ts";
import type { Value } from "../../../ir/value.ts";
import type { ImportNode, Translation } from "../node.ts";
import { pair, windowOptions } from "./window.ts";

/** A factor of a product: a weight unless it depends on the images. */
function factor(node: ImportNode, index: number): Value {
  const value = node.fed(index);
  if (!node.model.dependsOn(value).images) node.model.weight(value, "weight");
  return value;
}

/** One-dimensional factors are rows and columns, as in NumPy. */
function product(node: ImportNode): Value {
  const [a, b] = [factor(node, 0), factor(node, 1)];
  const row = a.shape.length === 1 ? reshape(a, [1, -1]) : a;
  const column = b.shape.length === 1 ? reshape(b, [-1, 1]) : b;
  const result = matmul(row, column);
  const shape = result.shape.filter(
    (_, axis) =>
      !(a.shape.length === 1 && axis === result.shape.length - 2) &&
      !(b.shape.length === 1 && axis === result.shape.length - 1),
  );
  return reshape(result, shape);
}

function generalProduct(node: ImportNode): Value {
  return gemm(factor(node, 0), factor(node, 1), node.optionalWeight(2, "bias"), {
    alpha: node.number("alpha", 1),
    beta: node.number("beta", 1),
    transA: node.number("transA", 0) === 1,
    transB: node.number("transB", 0) === 1,
  });
}

function convolution(node: ImportNode): Value {
  const weight = node.weight(1);
  return conv2d(node.value(0), weight, node.optionalWeight(2, "bias"), {
    ...windowOptions(node, weight.shape.slice(2)),
    group: node.number("group", 1),
  });
}

/** Pads of a transposed convolution may follow from the size of its result; an odd entry is at the start then. */
function transposedConvolution(node: ImportNode): Value {
  const x = node.value(0);
  const weight = node.weight(1);
  const kernel = weight.shape.slice(2);
  const { strides = [1, 1], dilations = [1, 1], ...window } = windowOptions(node, kernel);
  const outputPadding = pair(node, "output_padding") ?? [0, 0];
  const same = window.autoPad.startsWith("SAME");
  const wanted =
    node.numbers("output_shape")?.slice(-2) ??
    (same ? [0, 1].map((i) => x.shape[2 + i]! * strides[i as 0 | 1]) : undefined);
  const pads = [...(window.pads ?? [0, 0, 0, 0])] as [number, number, number, number];
  for (const i of wanted ? ([0, 1] as const) : []) {
    const reach = (kernel[i]! - 1) * dilations[i] + 1;
    const total = strides[i] * (x.shape[2 + i]! - 1) + outputPadding[i] + reach - wanted![i]!;
    if (total < 0) node.fail(`its result of ${wanted!.join("x")} is larger than it reaches`);
    const smaller = Math.floor(total / 2);
    pads[i] = window.autoPad === "SAME_UPPER" ? smaller : total - smaller;
    pads[i + 2] = total - pads[i];
  }
  return convTranspose2d(x, weight, node.optionalWeight(2, "bias"), {
    strides,
    dilations,
    pads,
    group: node.number("group", 1),
    outputPadding,
  });
}

export const products: Readonly<Record<string, Translation>> = {
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  Gemm: generalProduct,
  MatMul: product,
};
