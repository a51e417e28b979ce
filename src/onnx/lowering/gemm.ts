/** Products of matrices as ONNX's Gemm, which reads transposed factors in place and adds a third matrix. */
import { sameShape } from "../../ir/shapes.ts";
import type { Value } from "../../ir/value.ts";
import type { Context } from "./lowering.ts";

/** A matrix, read as it is or transposed. */
interface Factor {
  readonly name: string;
  readonly transposed: boolean;
}

/** A product of two matrices that Gemm can compute. */
export interface Product {
  readonly left: Factor;
  readonly right: Factor;
}

const isMatrixProduct = (value: Value): value is Value<"matmul"> =>
  value.op === "matmul" && value.inputs.every((x) => x.shape.length === 2);

const isMatrixTranspose = (value: Value): boolean =>
  value.op === "transpose" && value.shape.length === 2;

/** The factors of A B; a transposed factor is read from before its transpose. */
export function productOf({ name }: Context, { inputs }: Value<"matmul">): Product {
  const [left, right] = inputs.map((x) => {
    const transposed = isMatrixTranspose(x);
    return { name: name(transposed ? x.inputs[0]! : x), transposed };
  }) as [Factor, Factor];
  return { left, right };
}

/** (A B)^T is B^T A^T. */
const transposed = ({ left, right }: Product): Product => ({
  left: { ...right, transposed: !right.transposed },
  right: { ...left, transposed: !left.transposed },
});

/** A value that is a product, or the transpose of one, which nothing else uses. */
export function soleProduct(context: Context, value: Value): Product | undefined {
  if (context.uses(value) !== 1) return undefined;
  if (isMatrixProduct(value)) return productOf(context, value);
  if (!isMatrixTranspose(value)) return undefined;
  const product = soleProduct(context, value.inputs[0]!);
  return product && transposed(product);
}

/** alpha A B + C. */
export const emitGemm = (
  { emit }: Context,
  { left, right }: Product,
  added?: string,
  alpha = 1,
): string =>
  emit.node("Gemm", [left.name, right.name, ...(added ? [added] : [])], {
    transA: Number(left.transposed),
    transB: Number(right.transposed),
    ...(alpha === 1 ? {} : { alpha: { float: alpha } }),
  });

/** Transpose, or for products and sums of products that only it uses the products of the transposed factors. */
export function emitTranspose(context: Context, value: Value<"transpose">, x: string): string {
  return (
    (value.shape.length === 2 ? transposeOfProducts(context, value.inputs[0]!) : undefined) ??
    context.emit.node("Transpose", [x], { perm: value.attrs.perm })
  );
}

function transposeOfProducts(context: Context, value: Value): string | undefined {
  const product = soleProduct(context, value);
  if (product) return emitGemm(context, transposed(product));
  const [a, b] = value.inputs as [Value, Value];
  const isSum = value.op === "add" && [a, b].every(({ shape }) => sameShape(shape, value.shape));
  if (!isSum || context.uses(value) !== 1) return undefined;
  const last = soleProduct(context, b);
  const sum = last && transposeOfProducts(context, a);
  return sum && emitGemm(context, transposed(last), sum);
}

/** Sub, or the Gemm that takes a product, which only this subtraction uses, from a matrix. */
export function emitSub(
  context: Context,
  { inputs: [matrix, subtracted], shape }: Value<"sub">,
  names: readonly string[],
): string {
  const fits = sameShape(matrix!.shape, shape) && sameShape(subtracted!.shape, shape);
  const product = fits ? soleProduct(context, subtracted!) : undefined;
  return product ? emitGemm(context, product, names[0], -1) : context.emit.node("Sub", names);
}
