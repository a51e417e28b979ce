/** Floating-point operations of a graph. */
import { type Graph, topologicalOrder } from "../ir/graph.ts";
import { sizeOf, type Value } from "../ir/value.ts";

/**
 * Multiplications and additions in matrix products and convolutions, where nearly all the work is; padding counts
 * like any other entry.
 */
export const productFlops = ({ outputs }: Graph): number =>
  topologicalOrder(outputs.map(({ value }) => value)).reduce(
    (sum, value) => sum + 2 * multiplications(value),
    0,
  );

function multiplications({ op, inputs: [a, b], shape }: Value): number {
  switch (op) {
    case "matmul":
      return sizeOf(shape) * a!.shape.at(-1)!;
    case "conv":
      return windowProducts(shape, b!.shape);
    case "convDataGrad":
      return windowProducts(a!.shape, b!.shape);
    case "convWeightGrad":
      return windowProducts(b!.shape, shape);
    default:
      return 0;
  }
}

/** Each entry of y [N,M,oh,ow] meets one filter of w [M,C/group,kh,kw], in a convolution and in its gradients. */
const windowProducts = (y: Value["shape"], w: Value["shape"]): number =>
  (sizeOf(y) * sizeOf(w)) / w[0]!;
