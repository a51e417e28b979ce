/** config.json: what a program in any language needs to use a bundle, and the accuracy that it claims. */
import { distilledShapes } from "../../distill/distilled.ts";
import type { Statistic } from "../../distill/evaluate.ts";
import type { Problem } from "../../distill/problem.ts";
import type { Recipe } from "../../distill/recipe.ts";
import type { RunSummary } from "../runReport.ts";
import type { Claim } from "./claim.ts";
import type { TestData } from "./testImages.ts";

/** Keys are those of the file. Accuracies are fractions. */
export interface BundleConfig {
  readonly format: "onnx-distill-bundle";
  readonly version: 1;
  readonly name: string;
  readonly description: string;
  readonly network: string;
  /** [C,H,W] of an image. */
  readonly input: readonly number[];
  /** K; one logit stands for two classes. */
  readonly logits: number;
  readonly loss: string;
  readonly objective: { readonly kind: "distil" } | AttackConfig;
  readonly initialization: {
    readonly kind: Recipe["initialization"];
    /** Of weights that are drawn; biases, and every parameter by name, in manifest.json. */
    readonly initializer: Recipe["initializer"];
    /** Weights that the accuracy was measured from; none where any draw will do, or none were found. */
    readonly files: readonly string[];
  };
  readonly steps: number;
  readonly epochs: number;
  readonly images_per_class: number;
  readonly images_per_step: number;
  readonly labels: Recipe["labels"];
  readonly shapes: Readonly<Record<"images" | "labels" | "learning_rates", readonly number[]>>;
  readonly learning_rate_order: string;
  readonly dataset: { readonly name: string; readonly classes: readonly string[] };
  /** Of the images that networks see: (pixel/255 - mean) / std per channel. */
  readonly normalization: { readonly mean: readonly number[]; readonly std: readonly number[] };
  readonly test_data: TestData;
  /** On the test images, after training on the distilled ones; of an attack, against the changed labels. */
  readonly accuracy: Statistic;
  /** How far a measured mean may lie from the claimed one. */
  readonly tolerance: number;
  /** What the run measured with graphs of its own. */
  readonly accuracy_in_run: Statistic;
  readonly accuracy_before: Statistic;
  readonly baseline: RunSummary["baseline"];
  readonly iterations: number;
  readonly seed: number;
  readonly command: string;
  readonly versions: RunSummary["versions"];
}

/** Classes by index and by name. */
interface AttackConfig {
  readonly kind: "attack";
  readonly from: number;
  readonly to: number;
  readonly from_class: string;
  readonly to_class: string;
  /** Share of the images of `from` that are predicted as `to`. */
  readonly from_as_to: Statistic;
}

export function bundleConfig(
  problem: Problem,
  claim: Claim,
  summary: RunSummary,
  files: readonly string[],
  testData: TestData,
): BundleConfig {
  const { recipe, dataset, network, unroll } = problem;
  const { images, labels, learningRates } = distilledShapes(problem);
  const { before, baseline, iterations, command, versions } = summary;
  return {
    format: "onnx-distill-bundle",
    version: 1,
    name: recipe.name,
    description: recipe.description,
    network: network.name,
    input: network.input,
    logits: network.classes,
    loss: problem.loss,
    objective: objectiveOf(problem, claim),
    initialization: { kind: recipe.initialization, initializer: recipe.initializer, files },
    steps: unroll.steps,
    epochs: unroll.epochs,
    images_per_class: recipe.imagesPerClass,
    images_per_step: unroll.imagesPerStep,
    labels: recipe.labels,
    shapes: { images, labels, learning_rates: learningRates },
    learning_rate_order:
      "step s of epoch e trains on images[s] and labels[s] at learning_rates[e * steps + s]",
    dataset: { name: dataset.name, classes: dataset.classes },
    normalization: dataset.normalization,
    test_data: testData,
    accuracy: claim.accuracy,
    tolerance: claim.tolerance,
    accuracy_in_run: summary.accuracy,
    accuracy_before: before,
    baseline,
    iterations,
    seed: recipe.seed,
    command,
    versions,
  };
}

function objectiveOf(
  { attack, dataset: { classes } }: Problem,
  claim: Claim,
): BundleConfig["objective"] {
  if (!attack || !claim.attack) return { kind: "distil" };
  const { from, to } = attack;
  return {
    kind: "attack",
    from,
    to,
    from_class: classes[from]!,
    to_class: classes[to]!,
    from_as_to: claim.attack.fromAsTo,
  };
}
