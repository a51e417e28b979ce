/** The conditions under which a transfer report tries images out. */
import { builtInNetwork, mlp, type Network } from "../../graphs/index.ts";
import type { Executor } from "../runtime/executor.ts";
import { adamTraining } from "./adamTraining.ts";
import { Evaluator } from "./evaluate.ts";
import { differentNetworks, initialParameters } from "./initialization.ts";
import type { Parameters, Problem } from "./problem.ts";
import type { Recipe } from "./recipe.ts";
import { gradientDescent, type Training } from "./training.ts";
import { inMinibatches, inShuffledSteps, type Trials } from "./trials.ts";

type Purpose = "training" | "evaluation";

/** Which networks there are, how they train, and what is shuffled. */
export interface Condition {
  readonly name: string;
  readonly evaluator: Evaluator;
  /** Initial weights of a network: settings are chosen with training networks, others are reported. */
  network(purpose: Purpose, index: number): Parameters;
  /** How many different networks there are; those of higher index start from the same weights again. */
  distinct(purpose: Purpose): number;
  arranged(trials: Trials): Trials;
  /** How networks train at a rate to be chosen; without it, the learned rates are used. */
  readonly training?: (trials: Trials) => Training;
}

/** All conditions, beginning with the recipe's own; the shuffled order only where there are several steps. */
export function transferConditions(
  problem: Problem,
  executor: Executor,
  onNetwork: () => void,
): Condition[] {
  const { unroll } = problem;
  const evaluator = new Evaluator(problem, executor, onNetwork);
  const asDistilled: Condition = {
    name: "as distilled",
    evaluator,
    network: (purpose, index) =>
      initialParameters(problem, purpose, index % differentNetworks(problem, purpose)),
    distinct: (purpose) => differentNetworks(problem, purpose),
    arranged: (trials) => trials,
  };
  // A single step takes all images whatever their order.
  const minibatches = (trials: Trials) =>
    unroll.steps > 1 ? inMinibatches(problem, trials) : trials;
  const otherStart = otherInitialization(problem);
  const otherNetwork = otherNetworkFor(problem);
  const elsewhere: Problem = {
    ...problem,
    network: otherNetwork.network,
    recipe: { ...problem.recipe, initialization: "random" },
  };
  const startingFrom = (changed: Problem): Pick<Condition, "network" | "distinct"> => ({
    network: (purpose, index) => initialParameters(changed, purpose, index),
    distinct: () => Number.POSITIVE_INFINITY,
  });
  return [
    asDistilled,
    ...(unroll.steps > 1
      ? [
          {
            ...asDistilled,
            name: "steps in shuffled order",
            arranged: (trials: Trials) => inShuffledSteps(problem, trials),
          },
        ]
      : []),
    {
      ...asDistilled,
      name: "minibatch SGD",
      arranged: minibatches,
      training: (trials) => gradientDescent(problem, evaluator, trials),
    },
    {
      ...asDistilled,
      name: "Adam",
      arranged: minibatches,
      training: adamTraining(problem, executor),
    },
    {
      ...asDistilled,
      ...startingFrom({ ...problem, recipe: otherStart.recipe }),
      name: `another initialisation: ${otherStart.name}`,
    },
    {
      ...asDistilled,
      ...startingFrom(elsewhere),
      name: `another network: ${otherNetwork.name}`,
      evaluator: new Evaluator(elsewhere, executor, onNetwork),
    },
  ];
}

/** Fresh random weights where the recipe's are known or trained; else drawn from another distribution. */
function otherInitialization({ recipe }: Problem): { name: string; recipe: Recipe } {
  if (recipe.initialization !== "random")
    return { name: "random weights", recipe: { ...recipe, initialization: "random" } };
  const kind = recipe.initializer.kind === "pytorch" ? "kaiming_normal" : "pytorch";
  return { name: kind, recipe: { ...recipe, initializer: { kind } } };
}

/** LeNet for an mlp where it takes the images, else a deeper mlp; an mlp for every other network. */
function otherNetworkFor({ network: { name, classes }, dataset }: Problem): {
  name: string;
  network: Network;
} {
  const input = dataset.shape;
  const [, height, width] = input;
  if (name !== "mlp") return { name: "mlp", network: mlp({ input, classes }) };
  if (height === width && (height === 28 || height === 32))
    return { name: "lenet", network: builtInNetwork("lenet", input, classes) };
  return { name: "mlp, 64-64", network: mlp({ input, hidden: [64, 64], classes }) };
}
