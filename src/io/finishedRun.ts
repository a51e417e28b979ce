/** A finished run, read back from its folder together with the problem that it solved. */
import { loadDataset } from "../data/load.ts";
import { distilledShapes } from "../distill/distilled.ts";
import { createProblem, type Problem } from "../distill/problem.ts";
import { type DistilledFile, decodeDistilled } from "./distilledFile.ts";
import { RunDirectory } from "./runDirectory.ts";

export interface FinishedRunOptions {
  /** Folder in which data sets are looked for first. */
  readonly dataDir?: string;
  /** Draws other random networks than the run's; a fixed initialisation stays. */
  readonly seed?: number;
}

/**
 * What a run learned, and the problem whose random networks are those of the wanted seed.
 * @throws when the folder holds no finished run, or the data are not those that it was distilled from.
 */
export async function openFinishedRun(
  run: string,
  { dataDir, seed }: FinishedRunOptions = {},
): Promise<{ problem: Problem; distilled: DistilledFile }> {
  const directory = await RunDirectory.open(run);
  const distilled = await directory.read("distilled.safetensors").then(decodeDistilled, () => {
    throw new Error(
      `${run} is not finished: it has no distilled.safetensors. Continue it with: onnx-distill run <recipe> --resume --out ${run}`,
    );
  });
  const recipe = await directory.recipe();
  const problem = createProblem(
    recipe,
    await loadDataset(recipe.data, { dataDir, seed: recipe.seed }),
  );
  expectSameData(run, distilled, problem);
  if (seed === undefined || recipe.initialization === "fixed") return { problem, distilled };
  return { problem: { ...problem, recipe: { ...recipe, seed } }, distilled };
}

/** @throws when the data are not those that the images were distilled from. */
function expectSameData(run: string, { shapes, metadata }: DistilledFile, problem: Problem): void {
  const { classes, normalization, name, source = name } = problem.dataset;
  const facts = [
    ["images", `[${shapes.images}]`, `[${distilledShapes(problem).images}]`],
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
