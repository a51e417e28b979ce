import { expect, test } from "vitest";
import { input, mul, neg } from "../../src/ir/builders/index.ts";
import { compile } from "../../src/onnx/compile.ts";

const scaled = (by: number, name = "scaled") => {
  const x = input("x", [2]);
  return { name, inputs: [x], outputs: [{ name: "y", value: mul(x, by) }] };
};

test("the same graph compiled again is the same program, so that it is loaded once", () => {
  expect(compile(scaled(3))).toBe(compile(scaled(3)));
});

test("graphs of the same size that differ are other programs", () => {
  const program = compile(scaled(3));
  expect(compile(scaled(5)).bytes.length).toBe(program.bytes.length);
  expect(compile(scaled(5))).not.toBe(program);
  expect(compile(scaled(3, "other"))).not.toBe(program);
  const x = input("x", [2]);
  const negated = { name: "scaled", inputs: [x], outputs: [{ name: "y", value: neg(x) }] };
  expect(compile(negated)).not.toBe(program);
});
