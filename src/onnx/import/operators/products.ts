/** Matrix products and convolutions; their tensors that do not depend on the images are weights. */
import { conv2d, convTranspose2d, gemm, matmul, reshape } from "../../../ir/builders/index.ts";
import type { Shape } from "../../../ir/ops.ts";
import { sizeOf, type Value } from "../../../ir/value.ts";
import type { Fans, ImportNode, Translation } from "../node.ts";
import { pair, windowOptions } from "./window.ts";

/** A factor of a product: a weight unless it depends on the images. */
function factor(node: ImportNode, index: 0 | 1, { transposed = false } = {}): Value {
  const value = node.fed(index);
  if (!node.model.dependsOn(value).images) {
    node.model.weight(value, { role: "weight", fans: factorFans(value.shape, index, transposed) });
  }
  return value;
}

/** Of x W the rows of W are the units that it comes from, of W x those that it goes to. */
function factorFans(shape: Shape, index: 0 | 1, transposed: boolean): Fans {
  const [rows, columns] =
    shape.length > 1 ? shape.slice(-2) : index === 0 ? [1, ...shape] : [...shape, 1];
  const rowsAreInputs = (index === 1) !== transposed;
  const [fanIn, fanOut] = rowsAreInputs ? [rows!, columns!] : [columns!, rows!];
  return { fanIn, fanOut };
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
  const transA = node.number("transA", 0) === 1;
  const transB = node.number("transB", 0) === 1;
  const a = factor(node, 0, { transposed: transA });
  const b = factor(node, 1, { transposed: transB });
  return gemm(a, b, node.optionalWeight(2, "bias"), {
    alpha: node.number("alpha", 1),
    beta: node.number("beta", 1),
    transA,
    transB,
  });
}

/** A unit of a group meets the other side's channels of its group; strides are not counted, as in PyTorch. */
const convolutionFans =
  (group: number) =>
  ([out = 1, into = 1, ...kernel]: Shape): Fans => ({
    fanIn: into * sizeOf(kernel),
    fanOut: (out / group) * sizeOf(kernel),
  });

function convolution(node: ImportNode): Value {
  const group = node.number("group", 1);
  const weight = node.factor(1, convolutionFans(group));
  return conv2d(node.value(0), weight, node.optionalWeight(2, "bias"), {
    ...windowOptions(node, weight.shape.slice(2)),
    group,
  });
}

/** Pads of a transposed convolution may follow from the size of its result; an odd entry is at the start then. */
function transposedConvolution(node: ImportNode): Value {
  const x = node.value(0);
  const group = node.number("group", 1);
  const weight = node.factor(1, (shape) => {
    const { fanIn, fanOut } = convolutionFans(group)(shape);
    return { fanIn: fanOut, fanOut: fanIn };
  });
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
    group,
    outputPadding,
  });
}

export const products: Readonly<Record<string, Translation>> = {
  Conv: convolution,
  ConvTranspose: transposedConvolution,
  Gemm: generalProduct,
  MatMul: product,
};
