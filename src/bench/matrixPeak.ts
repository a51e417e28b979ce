/** How fast the machine multiplies matrices: the yardstick for the useful work of a case. */
import { input, matmul } from "../ir/builders/index.ts";
import type { Value } from "../ir/value.ts";
import { compile } from "../onnx/compile.ts";
import type { Executor } from "../runtime/executor.ts";
import { productFlops } from "./flops.ts";

export interface MatrixPeakOptions {
  /** Rows and columns of the matrices. */
  readonly size?: number;
  /** Products in one run, each of the last one's result. */
  readonly products?: number;
  readonly repeats?: number;
}

/** FLOP/s of square matrix products that keep all lanes busy: the best of several runs. */
export async function matrixPeak(
  executor: Executor,
  { size = 1024, products = 16, repeats = 5 }: MatrixPeakOptions = {},
): Promise<number> {
  const a = input("a", [size, size]);
  const b = input("b", [size, size]);
  let value: Value = a;
  for (let i = 0; i < products; i++) value = matmul(value, b);
  const graph = { name: "matrix_peak", inputs: [a, b], outputs: [{ name: "product", value }] };
  const program = compile(graph, executor.target);

  // Products of matrices of 1/size keep their magnitude.
  const numbers = new Float32Array(size * size).fill(1 / size);
  const feeds = Array.from(
    { length: executor.lanes },
    () =>
      new Map([
        ["a", numbers],
        ["b", numbers],
      ]),
  );
  await executor.run(program, feeds);
  let seconds = Number.POSITIVE_INFINITY;
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    await executor.run(program, feeds);
    seconds = Math.min(seconds, (performance.now() - start) / 1000);
  }
  return (executor.lanes * productFlops(graph)) / seconds;
}
