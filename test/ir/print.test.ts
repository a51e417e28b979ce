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
      %15 = greater(%5, 0) bool[2,3]
      %16 = cast(%15, to="float32") float32[2,3]
      %17 = mul(%2, 0.5) float32[]
      %18 = reshape(%17) float32[1]
      %19 = expand(%18) float32[2]
      %20 = neg(%19) float32[2]
      %21 = reshape(%20) float32[2,1]
      %22 = mul(%21, labels) float32[2,2]
      %23 = neg(%22) float32[2,2]
      %24 = reduceSum(%23, axes=[1], keepdims=true) float32[2,1]
      %25 = mul(%24, %14) float32[2,1]
      %26 = mul(%25, %12) float32[2,2]
      %27 = add(%22, %26) float32[2,2]
      %28 = reduceSum(%27, axes=[0], keepdims=true) float32[1,2]
      %29 = reshape(%28) float32[2]
      %30 = matmul(%27, fc2.weight) float32[2,3]
      %31 = mul(%30, %16) float32[2,3]
      %32 = reduceSum(%31, axes=[0], keepdims=true) float32[1,3]
      %33 = reshape(%32) float32[3]
      %34 = transpose(%27, perm=[1,0]) float32[2,2]
      %35 = transpose(%31, perm=[1,0]) float32[3,2]
      %36 = sub(fc1.bias, %33) float32[3]
      %37 = sub(fc2.bias, %29) float32[2]
      %38 = matmul(%34, %6) float32[2,3]
      %39 = matmul(%35, %3) float32[3,4]
      %40 = sub(fc1.weight, %39) float32[3,4]
      %41 = sub(fc2.weight, %38) float32[2,3]
      return next_parameter.fc1.weight = %40, next_parameter.fc1.bias = %36, next_parameter.fc2.weight = %41, next_parameter.fc2.bias = %37
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
