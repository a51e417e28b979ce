/** Pooling over windows and over whole images. */
import {
  averagePool2d,
  globalAveragePool,
  maxPool2d,
  reduceMax,
} from "../../../ir/builders/index.ts";
import type { Value } from "../../../ir/value.ts";
import type { ImportNode, Translation } from "../node.ts";
import { windowOptions } from "./window.ts";

function kernelOf(node: ImportNode): readonly [number, number] {
  const kernel = node.numbers("kernel_shape") ?? node.fail("it has no kernel_shape");
  if (kernel.length !== 2) node.fail(`its window has ${kernel.length} axes; two are known`);
  return [kernel[0]!, kernel[1]!];
}

function maxPool(node: ImportNode): Value {
  const kernel = kernelOf(node);
  return maxPool2d(node.value(0), kernel, windowOptions(node, kernel));
}

function averagePool(node: ImportNode): Value {
  const kernel = kernelOf(node);
  return averagePool2d(node.value(0), kernel, {
    ...windowOptions(node, kernel),
    countIncludePad: node.number("count_include_pad", 0) === 1,
  });
}

export const pooling: Readonly<Record<string, Translation>> = {
  AveragePool: averagePool,
  GlobalAveragePool: (node) => globalAveragePool(node.value(0)),
  GlobalMaxPool: (node) => reduceMax(node.value(0), [2, 3], true),
  MaxPool: maxPool,
};
