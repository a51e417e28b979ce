import { expect, test } from "vitest";
import { input } from "../../../src/ir/builders/index.ts";
import { relativeError } from "../../../src/ir/float32.ts";
import { evaluate } from "../../../src/ir/interpreter/index.ts";
import { operators } from "../../../src/onnx/import/operators/index.ts";
import { trace } from "../../../src/onnx/import/trace.ts";
import { decodeModel } from "../../../src/onnx/protobuf/decodeModel.ts";
import { random } from "../../../src/random/generator.ts";
import { initialize } from "../../../src/random/initializers.ts";
import { runModel } from "../session.ts";
import { type ModelSpec, modelBytes } from "./modelOf.ts";
import { type Case, cases, images } from "./operatorCases.ts";

const title = ({ op, opset = 18, attributes = {} }: Case): string =>
  `${op} of opset ${opset} ${JSON.stringify(attributes)}`;

test.each(cases.map((one) => [title(one), one] as const))("%s", async (_, one) => {
  const {
    op,
    attributes,
    more = [],
    before = [],
    after = [],
    tensors = [],
    input: shape = images,
  } = one;
  const spec: ModelSpec = {
    ...one,
    nodes: [
      ...before,
      {
        op,
        attributes,
        inputs: [
          before.length > 0 ? "z" : "x",
          ...more.map((tensor) => (tensor === "" ? "" : tensor.name)),
        ],
        outputs: one.outputs ?? [after.length > 0 ? "t" : "y"],
      },
      ...after,
    ],
    tensors: [...tensors, ...more.filter((tensor) => tensor !== "")],
  };
  const bytes = modelBytes(spec);
  const x = initialize({ kind: "normal" }, shape, random(1, op));
  const inputs = [{ name: "x", shape }];
  const expected = (await runModel(bytes, inputs, new Map([["x", Float64Array.from(x)]]))).get(
    "y",
  )!;

  const { output, tensors: fed } = trace(decodeModel(bytes), {
    imageInput: "x",
    images: input("x", shape),
    output: "y",
    omitted: new Set(),
    batch: { fixed: shape[0], actual: shape[0]! },
    batchStatistics: false,
  });
  const feeds = new Map([...fed.values()].map(({ name, data }) => [name, data] as const));
  const [actual] = evaluate([output], feeds.set("x", x));
  expect(actual).toHaveLength(expected.length);
  expect(relativeError(expected, actual!)).toBeLessThan(1e-5);
});

test("every operator that is translated is tried out here, or is shape arithmetic", () => {
  const shapes = ["Constant", "ConstantOfShape", "Range", "Shape", "Size"];
  const tried = new Set([...cases.map(({ op }) => op), ...shapes]);
  expect(Object.keys(operators).filter((op) => !tried.has(op))).toEqual([]);
});
