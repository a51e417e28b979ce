/** Repeats the accuracy that a bundle claims, with the bundle's own graphs. */
import { type Statistic, statistic } from "../distill/evaluate.ts";
import type { Parameters } from "../distill/problem.ts";
import type { BundleFolder } from "./bundleFolder.ts";
import { drawn, readNetwork } from "./bundleLearner.ts";
import type { Learner } from "./learner.ts";

/** Accuracies are fractions. */
export interface Verification {
  readonly claimed: Statistic;
  readonly measured: Statistic;
  /** How far the means may lie apart, as the bundle says. */
  readonly tolerance: number;
  readonly agrees: boolean;
}

/** Networks that are drawn here where the images are for any. */
const DRAWN_NETWORKS = 10;

/**
 * Trains the networks of the bundle, or ones that are drawn here, on its images and measures them on its test images.
 * @throws Error when the bundle lacks its networks or its test images.
 */
export async function verifyBundle(
  bundle: BundleFolder,
  learner: Learner,
  onNetwork: (done: number, total: number) => void,
): Promise<Verification> {
  const { config } = bundle;
  const networks = networksOf(bundle);
  const accuracies: number[] = [];
  for (const network of networks) {
    const accuracy = await learner.accuracy(await learner.train(network));
    if (accuracy === undefined) throw new Error(missingImages(bundle));
    accuracies.push(accuracy);
    onNetwork(accuracies.length, networks.length);
  }
  const measured = statistic(accuracies);
  const { accuracy: claimed, tolerance } = config;
  const agrees = Math.abs(measured.mean - claimed.mean) <= tolerance;
  return { claimed, measured, tolerance, agrees };
}

function networksOf(bundle: BundleFolder): Parameters[] {
  const { kind, files } = bundle.config.initialization;
  if (files.length > 0) return files.map((name) => readNetwork(bundle, name));
  if (kind === "random")
    return Array.from({ length: DRAWN_NETWORKS }, (_, i) => drawn(bundle, i + 1));
  throw new Error(
    "the bundle lacks the networks that its accuracy was measured from: export it with --weights",
  );
}

function missingImages({ config: { test_data: source } }: BundleFolder): string {
  const what =
    source.format === "none"
      ? source.reason
      : `${source.files.join(" and ")} ${source.files.length === 1 ? "is" : "are"} not among the files`;
  return `there are no test images to measure with: ${what}. Add them, or export the bundle with --with-test-data`;
}
