/** How a meta-gradient is computed within a memory budget: unrolled in one graph, or step by step. */
import {
  innerStepGraph,
  innerStepVjpGraph,
  metaGradientGraph,
  networkFor,
  outerLossGraph,
  type RecipeGraph,
  toGraph,
} from "../../graphs/index.ts";
import { peakBytes } from "../ir/memory.ts";
import { optimize } from "../ir/passes/index.ts";
import { sizeOf } from "../ir/value.ts";
import type { Program } from "../onnx/compile.ts";
import type { Target } from "../onnx/lowering/index.ts";
import {
  evaluationBytes,
  type MeasuredProgram,
  measuredProgram,
  processBytes,
} from "./memoryEstimate.ts";
import type { Problem } from "./problem.ts";

/** The programs of one meta-gradient and the memory that they are expected to need. */
export type Plan = {
  /** Parts of the real batch that are computed apart and averaged. */
  readonly splits: number;
  /** What each lane takes, the evaluation of networks included. */
  readonly bytes: number;
  /** What the process takes besides its lanes. */
  readonly processBytes: number;
} & (
  | { readonly kind: "unrolled"; readonly metaGradient: Program }
  | {
      readonly kind: "stepwise";
      /** The parameters of every so many steps are kept; those between are computed again on the way back. */
      readonly keepEvery: number;
      readonly innerStep: Program;
      readonly innerStepVjp: Program;
      readonly outerLoss: Program;
    }
);

export interface PlanOptions {
  readonly target: Target;
  /** Lanes that compute at the same time; the budget is shared among them. */
  readonly lanes: number;
  /** Bytes that all lanes together may use. */
  readonly memory: number;
  /** Overrides the choice, for tests and for resuming in the same layout. */
  readonly kind?: Plan["kind"];
  readonly splits?: number;
}

/** Unrolled graphs past this many steps take longer to build than they save. */
const MOST_UNROLLED_STEPS = 120;

/**
 * Unrolled where it fits the budget, since one large graph runs faster than many small ones; else step by step, with
 * as many steps' parameters kept as fit.
 * @throws {RangeError} when not even the step-wise computation fits.
 */
export function planMetaGradient(problem: Problem, options: PlanOptions): Plan {
  const { recipe, loss, unroll } = problem;
  const network = networkFor(options.target, problem.network);
  const splits =
    options.splits ?? chooseSplits(recipe.outer.batch, recipe.outer.networks, options.lanes);
  const part = { ...unroll, batch: unroll.batch / splits };
  const budget = options.memory / options.lanes;
  const steps = unroll.steps * unroll.epochs;
  const evaluation = evaluationBytes(problem, options.target);
  const planned = <Programs extends object>(
    programs: Programs,
    list: readonly MeasuredProgram[],
    kept = 0,
  ) => ({
    ...programs,
    splits,
    bytes: list.reduce((sum, { bytes }) => sum + bytes, evaluation + kept),
    processBytes: processBytes(
      problem,
      list.reduce((sum, { program }) => sum + program.nodes, 0),
    ),
  });

  if (
    options.kind !== "stepwise" &&
    (steps <= MOST_UNROLLED_STEPS || options.kind === "unrolled")
  ) {
    const graph = optimize(toGraph(metaGradientGraph(network, loss, part)));
    if (peakBytes(graph) <= budget || options.kind === "unrolled") {
      const whole = measuredProgram(graph, options.target);
      const plan = planned({ kind: "unrolled", metaGradient: whole.program } as const, [whole]);
      if (plan.bytes <= budget || options.kind === "unrolled") return plan;
    }
  }
  const measured = (graph: RecipeGraph): MeasuredProgram =>
    measuredProgram(optimize(toGraph(graph)), options.target);
  const programs = {
    innerStep: measured(innerStepGraph(network, loss, unroll.imagesPerStep)),
    innerStepVjp: measured(innerStepVjpGraph(network, loss, unroll.imagesPerStep)),
    outerLoss: measured(outerLossGraph(network, loss, part.batch)),
  };
  const parameters = 4 * network.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const keeping = (keepEvery: number) =>
    planned(
      {
        kind: "stepwise",
        keepEvery,
        innerStep: programs.innerStep.program,
        innerStepVjp: programs.innerStepVjp.program,
        outerLoss: programs.outerLoss.program,
      } as const,
      Object.values(programs),
      parameters * keptParameters(steps, keepEvery),
    );
  const keepEvery =
    Array.from({ length: steps }, (_, i) => i + 1).find(
      (every) => keeping(every).bytes <= budget,
    ) ?? Math.ceil(Math.sqrt(steps));
  const plan = keeping(keepEvery);
  if (plan.bytes > budget && options.kind === undefined) {
    throw new RangeError(
      `one meta-gradient needs about ${size(plan.bytes)} in each of ${workers(options.lanes)}, but the budget is ` +
        `${size(options.memory)} in all: raise --memory, or use fewer --workers or a smaller outer.batch`,
    );
  }
  return plan;
}

/** How often the parameters are held at most: those that are kept, and the steps of one stretch between them. */
export const keptParameters = (steps: number, every: number): number =>
  Math.floor(steps / every) + every;

const size = (bytes: number): string =>
  bytes < 2 ** 30 ? `${Math.ceil(bytes / 2 ** 20)} MiB` : `${(bytes / 2 ** 30).toFixed(2)} GiB`;

const workers = (lanes: number): string => `${lanes} worker${lanes === 1 ? "" : "s"}`;

/** As many parts of the real batch as it takes to give every lane work, where the batch divides evenly. */
function chooseSplits(batch: number, networks: number, lanes: number): number {
  let splits = Math.max(1, Math.ceil(lanes / networks));
  while (batch % splits !== 0) splits--;
  return splits;
}

const again = ({ keepEvery }: { readonly keepEvery: number }): string =>
  keepEvery === 1 ? "" : `, keeping the parameters of every ${keepEvery} steps`;

/** One sentence for the user. */
export function describePlan(plan: Plan, lanes: number): string {
  const how = plan.kind === "unrolled" ? "unrolled in one graph" : `step by step${again(plan)}`;
  const parts = plan.splits > 1 ? `, the real batch in ${plan.splits} parts` : "";
  const bytes = plan.processBytes + plan.bytes * lanes;
  return `meta-gradient ${how}${parts}; about ${size(bytes)} of memory with ${workers(lanes)}`;
}
