import { expect, test } from "vitest";
import { ModelError } from "../../src/io/modelError.ts";
import { modelContents } from "../../src/web/modelContents.ts";
import { floats, modelBytes } from "../onnx/import/modelOf.ts";

test("a model tells its images, its logits and how many weights are trained", () => {
  const bytes = modelBytes({
    input: [1, 3, 4, 5],
    nodes: [
      { op: "Flatten", inputs: ["x"], outputs: ["a"] },
      { op: "Gemm", inputs: ["a", "w", "b"] },
    ],
    tensors: [floats("w", [60, 7]), floats("b", [7])],
  });
  expect(modelContents({ name: "linear.onnx", bytes })).toEqual({
    image: [3, 4, 5],
    logits: 7,
    weights: 60 * 7 + 7,
  });
});

test("a file that is no image classifier, or none at all, is named with the reason", () => {
  const contents = (name: string, bytes: Uint8Array) => () => modelContents({ name, bytes });
  const sequence = modelBytes({
    input: [1, 8, 16],
    nodes: [{ op: "Relu", inputs: ["x"] }],
    tensors: [],
  });
  expect(contents("sequence.onnx", sequence)).toThrow(ModelError);
  expect(contents("sequence.onnx", sequence)).toThrow(
    /^sequence\.onnx cannot be distilled against: its input "x" has the shape \[1,8,16\]: expected images/,
  );
  expect(contents("broken.onnx", Uint8Array.of(1, 2, 3))).toThrow(
    /^broken\.onnx is not a model that can be read/,
  );
});
