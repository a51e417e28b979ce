/** All commands, in the order of the help text. */
import type { Register } from "../command.ts";
import { registerBaselines } from "./baselines.ts";
import { registerBench } from "./bench.ts";
import { registerCheck } from "./check.ts";
import { registerDemo } from "./demo.ts";
import { registerDoctor } from "./doctor.ts";
import { registerEvaluate } from "./evaluate.ts";
import { registerExport } from "./export.ts";
import { registerFetch } from "./fetch.ts";
import { registerGraph } from "./graph.ts";
import { registerInspect } from "./inspect.ts";
import { registerRecipes } from "./recipes.ts";
import { registerReproduce } from "./reproduce.ts";
import { registerRun } from "./run.ts";
import { registerTrain } from "./train.ts";
import { registerWatch } from "./watch.ts";

export const commands: readonly Register[] = [
  registerRun,
  registerEvaluate,
  registerBaselines,
  registerReproduce,
  registerTrain,
  registerRecipes,
  registerFetch,
  registerGraph,
  registerExport,
  registerInspect,
  registerCheck,
  registerBench,
  registerDoctor,
  registerDemo,
  registerWatch,
];
