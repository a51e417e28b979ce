import { expect, test } from "vitest";
import { innerStepGraph, metaGradientGraph, mlp, toGraph } from "../../graphs/index.ts";
import { constant, input, mul } from "../../src/ir/builders/index.ts";
import { optimize } from "../../src/ir/passes/index.ts";
import { printGraph } from "../../src/ir/print.ts";

const network = mlp({ input: [1, 2, 2], hidden: [3], classes: 2 });
const loss = "softmax_cross_entropy";

test("an inner step reads as theta - eta * gradient", () => {
  const graph = optimize(toGraph(innerStepGraph(network, loss, 2)));
  expect(printGraph(graph)).toMatchInlineSnapshot(`
    "graph inner_step(fc1.weight float32[3,4], fc1.bias float32[3], fc2.weight float32[2,3], fc2.bias float32[2], images float32[2,1,2,2], labels float32[2,2], learning_rate float32[1])
      %0 = transpose(fc1.weight, perm=[1,0]) float32[4,3]
      %1 = transpose(fc2.weight, perm=[1,0]) float32[3,2]
      %2 = reshape(learning_rate) float32[]
      %3 = reshape(images) float32[2,4]
      %4 = matmul(%3, %0) float32[2,3]
      %5 = add(%4, fc1.bias) float32[2,3]
      %6 = relu(%5) float32[2,3]
      %7 = matmul(%6, %1) float32[2,2]
      %8 = add(%7, fc2.bias) float32[2,2]
      %9 = reduceMax(%8, axes=[1], keepdims=true) float32[2,1]
      %10 = stopGradient(%9) float32[2,1]
      %11 = sub(%8, %10) float32[2,2]
      %12 = exp(%11) float32[2,2]
      %13 = reduceSum(%12, axes=[1], keepdims=true) float32[2,1]
      %14 = reciprocal(%13) float32[2,1]
      %15 = transpose(%6, perm=[1,0]) float32[3,2]
      %16 = greater(%6, 0) bool[2,3]
      %17 = cast(%16, to="float32") float32[2,3]
      %18 = transpose(%3, perm=[1,0]) float32[4,2]
      %19 = mul(%2, 0.5) float32[]
      %20 = reshape(%19) float32[1]
      %21 = expand(%20) float32[2]
      %22 = neg(%21) float32[2]
      %23 = reshape(%22) float32[2,1]
      %24 = mul(%23, labels) float32[2,2]
      %25 = neg(%24) float32[2,2]
      %26 = reduceSum(%25, axes=[1], keepdims=true) float32[2,1]
      %27 = mul(%26, %14) float32[2,1]
      %28 = mul(%27, %12) float32[2,2]
      %29 = add(%24, %28) float32[2,2]
      %30 = reduceSum(%29, axes=[0], keepdims=true) float32[1,2]
      %31 = reshape(%30) float32[2]
      %32 = matmul(%29, fc2.weight) float32[2,3]
      %33 = matmul(%15, %29) float32[3,2]
      %34 = mul(%32, %17) float32[2,3]
      %35 = reduceSum(%34, axes=[0], keepdims=true) float32[1,3]
      %36 = reshape(%35) float32[3]
      %37 = matmul(%18, %34) float32[4,3]
      %38 = transpose(%33, perm=[1,0]) float32[2,3]
      %39 = transpose(%37, perm=[1,0]) float32[3,4]
      %40 = sub(fc1.weight, %39) float32[3,4]
      %41 = sub(fc1.bias, %36) float32[3]
      %42 = sub(fc2.weight, %38) float32[2,3]
      %43 = sub(fc2.bias, %31) float32[2]
      return next_parameter.fc1.weight = %40, next_parameter.fc1.bias = %41, next_parameter.fc2.weight = %42, next_parameter.fc2.bias = %43
    "
  `);
});

test("literals are printed in place, and long ones in part", () => {
  const x = input("x", [10]);
  const literal = constant(Array.from({ length: 10 }, (_, i) => i));
  const graph = {
    name: "scale",
    inputs: [x],
    outputs: [{ name: "y", value: mul(mul(x, literal), 2) }],
  };
  expect(printGraph(graph)).toBe(
    [
      "graph scale(x float32[10])",
      "  %0 = constant(data=[0,1,2,3,4,5,6,7,... 10 numbers]) float32[10]",
      "  %1 = mul(x, %0) float32[10]",
      "  %2 = mul(%1, 2) float32[10]",
      "  return y = %2",
      "",
    ].join("\n"),
  );
});

test("the same graph prints the same whatever was built before it", () => {
  const unroll = { steps: 2, epochs: 2, imagesPerStep: 2, batch: 3 };
  const print = () => printGraph(optimize(toGraph(metaGradientGraph(network, loss, unroll))));
  const first = print();
  optimize(toGraph(innerStepGraph(network, loss, 7)));
  expect(print()).toBe(first);
});
