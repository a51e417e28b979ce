/** A finished run, read back from its folder together with the problem that it solved. */
import { distilledShapes } from "../distill/distilled.ts";
import type { Problem } from "../distill/problem.ts";
import { type DistilledFile, decodeDistilled } from "./distilledFile.ts";
import { withKeptWeights } from "./keptWeights.ts";
import { openProblem } from "./openProblem.ts";
import type { DataOptions } from "./recipeData.ts";
import { RunDirectory } from "./runDirectory.ts";

export interface FinishedRunOptions extends DataOptions {
  /** Draws other random networks than the run's; known and pre-trained ones stay. */
  readonly seed?: number;
}

/**
 * What a run learned, and the problem whose random networks are those of the wanted seed, and whose known ones and
 * those out of files are what it kept; `withPretrained` adds networks that are trained here.
 * @throws when the folder holds no finished run, or the data are not those that it was distilled from.
 */
export async function openFinishedRun(
  run: string,
  { seed, ...data }: FinishedRunOptions = {},
): Promise<{ problem: Problem; distilled: DistilledFile }> {
  const directory = await RunDirectory.open(run);
  const distilled = await directory.read("distilled.safetensors").then(decodeDistilled, () => {
    throw new Error(
      `${run} is not finished: it has no distilled.safetensors. Continue it with: onnx-distill run <recipe> --resume --out ${run}`,
    );
  });
  const recipe = await directory.recipe();
  const problem = await withKeptWeights(directory, await openProblem(recipe, data));
  expectSameData(run, distilled, problem);
  if (seed === undefined || recipe.initialization !== "random") return { problem, distilled };
  return { problem: { ...problem, recipe: { ...recipe, seed } }, distilled };
}

/** @throws when the data are not those that the images were distilled from. */
function expectSameData(run: string, { shapes, metadata }: DistilledFile, problem: Problem): void {
  const { classes, normalization, name, source = name } = problem.dataset;
  const facts = [
    ["images", `[${shapes.images}]`, `[${distilledShapes(problem).images}]`],
    ["labels", `[${shapes.labels}]`, `[${distilledShapes(problem).labels}]`],
    ["classes", metadata.classes, JSON.stringify(classes)],
    ["mean", metadata.mean, JSON.stringify(normalization.mean)],
    ["std", metadata.std, JSON.stringify(normalization.std)],
  ];
  for (const [what, ofRun, ofData] of facts) {
    if (ofRun === ofData) continue;
    throw new Error(
      `${run} was distilled from other data than ${source}: ${what} ${ofRun} there, ${ofData} here. Pass the data's folder with --data`,
    );
  }
}
