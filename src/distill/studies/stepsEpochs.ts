import type { Recipe } from "../recipe.ts";
import { type Curve, DISTILLED_ROW, notReread, type Part, type Study } from "./study.ts";

/** Iterations of every part: the same for all, since they are compared. */
const ITERATIONS = 1000;
const NETWORKS = 20;
const CLASSES = 10;
const ALL_IMAGES = 100;
const STEPS = [1, 2, 5, 10];
const EPOCHS = [1, 2, 3, 5];
/** The paper's own steps and epochs, where the curves meet. */
const USUAL = { steps: 10, epochs: 3, imagesPerClass: 1 };

type Initialization = "fixed" | "random";
type Budget = typeof USUAL;

const TITLES: Readonly<Record<Initialization, string>> = {
  fixed: "Fixed initialisation",
  random: "Random initialisation",
};

/**
 * What the initial rates of all steps from a known network add up to: as many steps at the rate of a few would leave the
 * range in which rates can be learned.
 */
const TOTAL_RATE = 0.6;

const initialRate = (from: Initialization, { learningRate }: Recipe, budget: Budget): number =>
  from === "fixed"
    ? Math.min(0.2, TOTAL_RATE / (budget.steps * budget.epochs))
    : learningRate.initial;

const nameOf = (from: Initialization, { steps, epochs, imagesPerClass }: Budget): string =>
  `${from}-steps${steps}-epochs${epochs}-per-class${imagesPerClass}`;

const partOf = (from: Initialization, budget: Budget): Part => ({
  name: nameOf(from, budget),
  title: `${TITLES[from]}, ${budget.steps} x ${budget.epochs} steps of ${budget.imagesPerClass * CLASSES} images`,
  recipe: `mnist-${from}`,
  change: (recipe: Recipe): Recipe => ({
    ...recipe,
    ...budget,
    learningRate: { ...recipe.learningRate, initial: initialRate(from, recipe, budget) },
    outer: { ...recipe.outer, iterations: ITERATIONS },
    evaluation: { ...recipe.evaluation, testNetworks: NETWORKS },
  }),
  comparison: "random real",
  paper:
    from === "fixed" && budget.steps === USUAL.steps && budget.epochs === USUAL.epochs
      ? { [DISTILLED_ROW]: notReread(96.6) }
      : {},
});

/** The budgets of each curve, by the quantity on its axis. */
const axes: readonly { title: string; xLabel: string; budgets: readonly [number, Budget][] }[] = [
  {
    title: "more steps, ten images each, three epochs",
    xLabel: "steps",
    budgets: STEPS.map((steps) => [steps, { ...USUAL, steps }]),
  },
  {
    title: "more steps, 100 images in all, three epochs",
    xLabel: "steps",
    budgets: STEPS.map((steps) => [
      steps,
      { ...USUAL, steps, imagesPerClass: ALL_IMAGES / CLASSES / steps },
    ]),
  },
  {
    title: "more epochs over ten steps of ten images",
    xLabel: "epochs",
    budgets: EPOCHS.map((epochs) => [epochs, { ...USUAL, epochs }]),
  },
];

const initializations: readonly Initialization[] = ["fixed", "random"];

/** Each budget once, though curves share some. */
const parts = initializations.flatMap((from) => {
  const all = axes.flatMap(({ budgets }) => budgets.map(([, budget]) => partOf(from, budget)));
  return [...new Map(all.map((part) => [part.name, part])).values()];
});

const curves = initializations.flatMap((from) =>
  axes.map(
    ({ title, xLabel, budgets }): Curve => ({
      title: `${TITLES[from]}: ${title}`,
      xLabel,
      points: budgets.map(([x, budget]) => ({ part: nameOf(from, budget), x })),
    }),
  ),
);

/** The paper's figures of how accuracy depends on steps and epochs. */
export const stepsEpochs: Study = {
  name: "steps-epochs",
  title: "Steps and epochs on MNIST",
  description:
    "LeNets trained on distilled images in more and fewer steps, with ten images in each step or a hundred in all, and in more and fewer epochs.",
  parts,
  curves,
};
