/** Trains networks of a problem on distilled images. */
import { evaluateGraph, networkFor, toGraph } from "../../graphs/index.ts";
import { fillBatch } from "../data/dataset.ts";
import type { Distilled } from "../distill/distilled.ts";
import { Evaluator } from "../distill/evaluate.ts";
import { initialParameters } from "../distill/initialization.ts";
import type { Parameters, Problem } from "../distill/problem.ts";
import { compile } from "../onnx/compile.ts";
import type { Executor } from "../runtime/executor.ts";
import { expectImage, type Learner, probabilities } from "./learner.ts";

/** A learner for the images of now: `distilled` is asked whenever a network is trained. */
export function problemLearner(
  problem: Problem,
  executor: Executor,
  distilled: () => Distilled,
): Learner {
  const { recipe, dataset, loss } = problem;
  const { target } = executor;
  const evaluator = new Evaluator(problem, executor);
  const network = networkFor(target, problem.network);
  const first = (): Parameters => initialParameters(problem, "evaluation", 0);
  const single = compile(toGraph(evaluateGraph(network, loss, 1)), target);
  return {
    shape: dataset.shape,
    classes: dataset.classes,
    async prepare() {
      await executor.prepare(single);
      // The first network is slower than all others: programs are loaded, and shaders compiled.
      await evaluator.trained([first()], distilled());
    },
    fresh(seed) {
      if (seed === undefined) return first();
      const drawn = { ...problem, recipe: { ...recipe, initialization: "random" as const, seed } };
      return initialParameters(drawn, "evaluation", 0);
    },
    train: async (parameters) => (await evaluator.trained([parameters], distilled()))[0]!,
    async accuracy(parameters) {
      if (dataset.test.count === 0) return undefined;
      return (await evaluator.measureEach([parameters], dataset.test))[0]!.accuracy;
    },
    async classify(parameters, image) {
      expectImage(image, dataset.shape);
      const images = new Float32Array(image.length);
      const one = { images: image, labels: Uint16Array.of(0), count: 1 };
      fillBatch(dataset, one, [0], images, new Float32Array(dataset.classes.length));
      const labels = new Float32Array(network.classes);
      const feeds = new Map([...parameters, ["real_images", images], ["real_labels", labels]]);
      const [result] = await executor.run(single, [feeds as Map<string, Float32Array>]);
      return probabilities(result!.get("logits")!);
    },
    close: () => executor.close(),
  };
}
