import { expect, test } from "vitest";
import { problemInPage } from "../../src/web/problemInPage.ts";
import { floats, modelBytes } from "../onnx/import/modelOf.ts";
import { stripes, stripesRecipe } from "../stripesData.ts";

const dataset = stripes();

test("a model takes the place of the recipe's network, with its weights and the images that it takes", () => {
  const bytes = modelBytes({
    input: [1, 3, 4, 4],
    nodes: [
      { op: "Flatten", inputs: ["x"], outputs: ["a"] },
      { op: "Gemm", inputs: ["a", "w", "b"] },
    ],
    tensors: [floats("w", [48, 3]), floats("b", [3])],
  });
  const network = { name: "linear.onnx", bytes };
  const problem = problemInPage({ recipe: stripesRecipe, dataset, network });
  expect(problem.network.name).toBe("linear");
  expect(problem.dataset.shape).toEqual([3, 4, 4]);
  expect(problem.recipe.initialization).toBe("fixed-pretrained");
  expect(problem.pretrained[0]!.get("b")).toHaveLength(3);
  const named = { ...stripesRecipe, network: "linear.onnx" };
  expect(problemInPage({ recipe: named, dataset, network }).recipe.initialization).toBe("fixed");
});

test("what a page lacks is an error that says what to pass", () => {
  const problem = (changes: object) => () =>
    problemInPage({ recipe: { ...stripesRecipe, ...changes }, dataset });
  expect(problem({ network: "a.onnx" })).toThrow("pass its bytes as network: { name, bytes }");
  expect(problem({ images: "run:runs/earlier" })).toThrow("a page cannot read run:runs/earlier");
  expect(problem({ initialization: "fixed-pretrained" })).toThrow(
    "needs networks that were trained before, which a page does not have",
  );
  expect(() => problemInPage({ recipe: stripesRecipe })).toThrow(
    "a page has no stripes.npz of its own; pass it as dataset, or set data to stroke-digits",
  );
  const network = { name: "model.pb", bytes: new Uint8Array(0) };
  expect(() => problemInPage({ recipe: stripesRecipe, dataset, network })).toThrow(
    "expected a file whose name ends in .onnx, got model.pb",
  );
});
