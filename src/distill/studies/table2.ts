import type { Recipe } from "../recipe.ts";
import { BEFORE, DISTILLED_ROW, notReread, type Part, read, type Study } from "./study.ts";

/** One known pre-trained network instead of many. */
const fromOne = (recipe: Recipe): Recipe => ({
  ...recipe,
  initialization: "fixed-pretrained",
  outer: { ...recipe.outer, networks: 1 },
});

interface Adaptation {
  readonly recipe: string;
  readonly from: string;
  readonly to: string;
  /** The paper's numbers for many networks and for one. */
  readonly random: Part["paper"];
  readonly fixed?: Part["paper"];
}

const both = ({ recipe, from, to, random, fixed = {} }: Adaptation): Part[] => [
  {
    name: recipe,
    title: `${from} to ${to}, random pre-trained networks`,
    recipe,
    comparison: "baselines",
    paper: random,
    note: "Fewer pre-trained networks than the paper's 2,000 for distillation and 200 for the evaluation.",
  },
  {
    name: `${recipe}-fixed`,
    title: `${from} to ${to}, one fixed pre-trained network`,
    recipe,
    change: fromOne,
    comparison: "baselines",
    paper: fixed,
  },
];

/** Table 2: networks that know one data set are adapted to another. */
export const table2: Study = {
  name: "table2",
  title: "Adaptation between digits",
  description:
    "A hundred images that adapt LeNets trained on one data set of digits to another, from many pre-trained networks with others held out for the evaluation, and from one fixed network.",
  parts: [
    ...both({
      recipe: "usps-to-mnist",
      from: "USPS",
      to: "MNIST",
      random: {
        [BEFORE]: read(67.5, 3.9),
        [DISTILLED_ROW]: read(92.7, 1.4),
        "random real": notReread(87.1),
        "optimized real": notReread(87.6),
        "k-means": notReread(85.6),
        average: notReread(78.4),
      },
    }),
    ...both({
      recipe: "mnist-to-usps",
      from: "MNIST",
      to: "USPS",
      random: {
        [BEFORE]: notReread(90.4),
        [DISTILLED_ROW]: notReread(95.4, 1.8),
        "random real": notReread(94.9),
        "optimized real": notReread(95.2),
        "k-means": notReread(92.2),
        average: notReread(93.9),
      },
      fixed: { [DISTILLED_ROW]: notReread(97.9) },
    }),
    ...both({
      recipe: "svhn-to-mnist",
      from: "SVHN",
      to: "MNIST",
      random: {
        [BEFORE]: read(52),
        [DISTILLED_ROW]: read(85),
        "random real": notReread(84.6),
        "optimized real": notReread(85.2),
        "k-means": notReread(85.8),
        average: notReread(74.9),
      },
    }),
    ...both({
      recipe: "digits-to-mnist",
      from: "Stroke digits",
      to: "MNIST",
      random: {},
    }),
  ],
};
