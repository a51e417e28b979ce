/** What a person looks at in a run's folder: sheets of the distilled images and report.html. */

import type { SkippedImage } from "../data/dataset.ts";
import type { AttackOutcome } from "../distill/attack.ts";
import { type Distilled, distilledClasses, toDistilled } from "../distill/distilled.ts";
import type { Problem } from "../distill/problem.ts";
import type { RunStorage } from "../distill/run.ts";
import { baselineRates } from "../distill/settings.ts";
import type { TransferRow } from "../distill/transfer.ts";
import { attackRows } from "./attackRows.ts";
import { decodeDistilled } from "./distilledFile.ts";
import { type LearnedLabel, learnedLabels } from "./learnedLabels.ts";
import type { Statistic } from "./quantities.ts";
import { formatCount, formatDuration, formatNumber, formatPercent } from "./quantities.ts";
import { renderReport } from "./report.ts";
import type { RunDirectory } from "./runDirectory.ts";
import { type RunState, runPictures } from "./runPictures.ts";

/** summary.json: what a run achieved and how it was made. */
export interface RunSummary {
  readonly run: string;
  readonly iterations: number;
  /** Training time, evaluation and baseline not included. */
  readonly seconds: number;
  /** Accuracies on test images; of an attack, against the changed labels. */
  readonly before: Statistic;
  readonly accuracy: Statistic;
  readonly baseline: Statistic & { readonly name: string; readonly learningRate: number };
  readonly attack?: AttackOutcome<Statistic>;
  /** What the images are good for outside their recipe. */
  readonly transfer?: readonly TransferRow[];
  readonly selected: { readonly select: "last" | "best"; readonly iteration: number };
  readonly command: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Images of the data that could not be decoded and were left out. */
  readonly skipped?: readonly SkippedImage[];
  readonly machine: { readonly cpu: string; readonly cores: number; readonly device: string };
}

/** Draws images/first.png, latest.png and strip.png. */
export async function drawImages(
  directory: RunDirectory,
  problem: Problem,
  distilled: Distilled,
): Promise<void> {
  const states: RunState[] = [];
  for (const iteration of await directory.checkpointIterations()) {
    const { state } = await directory.readCheckpoint(iteration);
    states.push({ iteration, images: state.images });
  }
  for (const [name, png] of await runPictures(problem, distilled, states))
    await directory.write(name, png);
}

/** Milliseconds between two drawings while a run goes on. */
const DRAWING_PACE = 15_000;

/** The run's storage, which also keeps the pictures up to date. */
export function picturing(directory: RunDirectory, problem: Problem): RunStorage {
  let drawnAt = Number.NEGATIVE_INFINITY;
  return {
    event: (event) => directory.event(event),
    async checkpoint(checkpoint) {
      await directory.checkpoint(checkpoint);
      if (performance.now() - drawnAt < DRAWING_PACE) return;
      drawnAt = performance.now();
      await drawImages(directory, problem, toDistilled(checkpoint.state));
    },
  };
}

/** Writes report.html from the run's files. */
export async function writeReport(
  directory: RunDirectory,
  problem: Problem,
  summary: RunSummary,
): Promise<void> {
  const { recipe } = problem;
  const picture = (name: string) => directory.read(`images/${name}.png`).catch(() => undefined);
  const [latest, first, strip] = await Promise.all(["latest", "first", "strip"].map(picture));
  if (!latest) return;
  const { before, accuracy, baseline, attack } = summary;
  await directory.write(
    "report.html",
    renderReport({
      title: recipe.name,
      command: summary.command,
      recipe,
      rows: [
        {
          label: attack ? "Test accuracy, changed labels" : "Test accuracy",
          value: formatPercent(accuracy),
        },
        { label: "Before training", value: formatPercent(before) },
        {
          label: `Baseline: ${baseline.name}`,
          value: `${formatPercent(baseline)}, over sets of images; the same steps and epochs at rate ${formatNumber(baseline.learningRate)}, the best of ${baselineRates.length} on training images`,
        },
        ...(attack ? attackRows(attack) : []).map(([label, earlier, later]) => ({
          label,
          value: `${earlier} before, ${later} after`,
        })),
        ...(recipe.expected ? [{ label: "Expected", value: recipe.expected }] : []),
        { label: "Iterations", value: formatCount(summary.iterations) },
        { label: "Training time", value: formatDuration(summary.seconds) },
        {
          label: "State reported",
          value: `${summary.selected.select}, iteration ${formatCount(summary.selected.iteration)}`,
        },
        {
          label: "Machine",
          value: `${summary.machine.cpu}, ${summary.machine.cores} cores, ${summary.machine.device}`,
        },
        { label: "Seed", value: String(recipe.seed) },
      ],
      distilledPng: latest,
      initialPng: first,
      stripPng: strip,
      learnedLabels: recipe.labels === "soft" ? await labelsOf(directory, problem) : undefined,
      events: await directory.events(),
      accuracy,
      before,
      baseline,
      transfer: summary.transfer,
      versions: summary.versions,
    }),
  );
}

async function labelsOf(directory: RunDirectory, problem: Problem): Promise<LearnedLabel[]> {
  const { labels } = decodeDistilled(await directory.read("distilled.safetensors"));
  return learnedLabels({
    labels,
    steps: problem.unroll.steps,
    logits: problem.network.classes,
    start: distilledClasses(problem),
    classes: problem.dataset.classes,
  });
}
