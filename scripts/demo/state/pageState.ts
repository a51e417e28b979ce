/** All that the page knows. */
import type { Dataset } from "../../../src/data/dataset.ts";
import type { Recipe } from "../../../src/distill/recipe.ts";
import { recipeNamed } from "../../../src/distill/recipes.ts";
import { formatCount } from "../../../src/io/quantities.ts";
import type { ModelContents } from "../../../src/web/modelContents.ts";
import type { ModelBytes } from "../../../src/web/problemInPage.ts";
import type { Verification } from "../../../src/web/verifyBundle.ts";
import type { WorkbenchBundle } from "../../../src/web/workbench.ts";
import { type Drawing, emptyDrawing } from "../drawing/keyboardPen.ts";
import { DIGITS, emptyRun, type Run } from "./run.ts";

/** What the page computes with. */
export type Engine =
  | { readonly stage: "loading" }
  | {
      readonly stage: "ready";
      readonly device: string;
      readonly threads: number;
      /** Why this device and number of threads. */
      readonly reason: string;
    }
  | { readonly stage: "failed"; readonly message: string };

/** What is distilled. */
export interface Choice {
  /** The visitor's own images; the stroke digits without them. */
  readonly dataset?: Dataset;
  /** The visitor's own model; LeNet without it. */
  readonly network?: ModelBytes & { readonly contents: ModelContents };
  readonly iterations: number;
  /** What is wrong with what was dropped. */
  readonly message?: string;
  readonly reading?: boolean;
}

/** Whether images or network are the visitor's. */
export const isOwn = ({ dataset, network }: Choice): boolean =>
  dataset !== undefined || network !== undefined;

/** Why network and images do not fit each other: a page cannot give a model a new last layer. */
export function misfit({ dataset, network }: Choice): string | undefined {
  if (!network) return undefined;
  const { name, contents } = network;
  const classes = dataset?.classes.length ?? DIGITS.length;
  if (contents.logits === classes || (contents.logits === 1 && classes === 2)) return undefined;
  return `${name} tells ${formatCount(contents.logits)} classes apart, the images have ${formatCount(classes)}: choose images or a network that fit. On the command line, onnx-distill run --head <layer> gives a network a new last layer.`;
}

/** The network that was trained last. */
export interface Training {
  readonly stage: "none" | "training" | "trained" | "failed";
  readonly message?: string;
  /** Accuracies on test images, as fractions; undefined where there are none. */
  readonly before?: number;
  readonly accuracy?: number;
  /** Time of the gradient steps. */
  readonly seconds?: number;
}

export interface Reading {
  /** Bytes [C,H,W]; undefined for a drawing with next to nothing on it. */
  readonly image?: Uint8Array;
  /** [K] */
  readonly probabilities?: Float32Array;
}

/** A bundle from elsewhere. */
export interface Opened {
  readonly stage: "none" | "reading" | "opened" | "verifying" | "verified" | "failed";
  readonly message?: string;
  readonly bundle?: WorkbenchBundle;
  readonly verification?: Verification;
}

export interface PageState {
  readonly engine: Engine;
  readonly choice: Choice;
  readonly run: Run;
  readonly training: Training;
  readonly drawing: Drawing;
  readonly reading: Reading;
  readonly opened: Opened;
  /** Whose images networks are trained on. */
  readonly inUse: "run" | "bundle";
  /** Of the bundle that is made here. */
  readonly saving: { readonly busy: boolean; readonly message?: string };
  /** What was said last to those who do not see the page. */
  readonly announcement: string;
}

/** So many iterations of so many real images show a result within a minute in one thread. */
const ITERATIONS = 1500;
const BATCH = 64;
const POINTS = 30;
/** Share of few images that the curve of accuracies is measured on. */
const HELD_OUT = 0.2;

export const initialState: PageState = {
  engine: { stage: "loading" },
  choice: { iterations: ITERATIONS },
  run: emptyRun,
  training: { stage: "none" },
  drawing: emptyDrawing,
  reading: {},
  opened: { stage: "none" },
  inUse: "run",
  saving: { busy: false },
  announcement: "",
};

/** Of a model, whose weights steps as long as those from fresh ones would undo. */
const PRETRAINED_RATE = 0.01;

/**
 * The quickstart, made shorter, and smaller where the visitor has few images; a model, which is trained already, starts
 * from real images and takes small steps.
 */
export function recipeOf({ dataset, network, iterations }: Choice, seed: number): Recipe {
  const recipe = recipeNamed("quickstart")!;
  const count = dataset?.train.count ?? Number.POSITIVE_INFINITY;
  const heldOut = Math.min(recipe.evaluation.heldOut, Math.floor(count * HELD_OUT));
  return {
    ...recipe,
    name: dataset ? "own-images" : recipe.name,
    data: dataset?.name ?? recipe.data,
    seed,
    ...(network && {
      images: "real",
      ...(network.contents.logits > 1 && { loss: "softmax_cross_entropy" as const }),
      learningRate: { ...recipe.learningRate, initial: PRETRAINED_RATE },
    }),
    outer: { ...recipe.outer, iterations, batch: Math.min(BATCH, count - heldOut) },
    evaluation: {
      ...recipe.evaluation,
      every: Math.max(1, Math.round(iterations / POINTS)),
      heldOut,
    },
  };
}
