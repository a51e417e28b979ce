/** Recipes: everything that determines a run, as a validated JSON value. */

import * as z from "zod/mini";
import en from "zod/v4/locales/en.js";
import { lossNames } from "../../graphs/index.ts";
import type { Initializer } from "../random/initializers.ts";

const count = z.int().check(z.positive());
const positive = z.number().check(z.positive());
const fraction = z.number().check(z.nonnegative(), z.lt(1));

const gain = z.optional(positive);
const fanMode = z.optional(z.enum(["fan_in", "fan_out"]));

const initializer: z.ZodMiniType<Initializer> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("xavier_normal"), gain }),
  z.strictObject({ kind: z.literal("xavier_uniform"), gain }),
  z.strictObject({ kind: z.literal("kaiming_normal"), mode: fanMode, gain }),
  z.strictObject({ kind: z.literal("kaiming_uniform"), mode: fanMode, gain }),
  z.strictObject({ kind: z.literal("orthogonal"), gain }),
  z.strictObject({ kind: z.literal("pytorch"), fanIn: z.optional(count) }),
  z.strictObject({
    kind: z.literal("normal"),
    mean: z.optional(z.number()),
    std: z.optional(positive),
  }),
  z.strictObject({
    kind: z.literal("uniform"),
    lo: z.optional(z.number()),
    hi: z.optional(z.number()),
  }),
  z.strictObject({ kind: z.literal("zeros") }),
  z.strictObject({ kind: z.literal("ones") }),
  z.strictObject({ kind: z.literal("constant"), value: z.number() }),
]);

const schedule = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("constant") }),
  /** Half a cosine from the full rate to zero at the last iteration. */
  z.strictObject({ kind: z.literal("cosine") }),
  /** Times `factor` every so many iterations. */
  z.strictObject({ kind: z.literal("step"), every: count, factor: positive }),
]);

/** A class by its name, or by its index from 0. */
const className = z.union([z.string(), z.int().check(z.nonnegative())]);

const objective = z.discriminatedUnion("kind", [
  /** Networks that do well on the real data. */
  z.strictObject({ kind: z.literal("distil") }),
  /** Networks that predict class `from` as `to` after training on the images (Wang et al. 2018). */
  z.strictObject({ kind: z.literal("attack"), from: className, to: className }),
]);

const pretraining = z.strictObject({
  /** The data that networks are trained on, as `data`; converted to the images of the network. */
  data: z.string(),
  epochs: count,
  batch: count,
  /** Adam's rate, halved every `decayEvery` epochs. */
  rate: positive,
  decayEvery: count,
  /** Networks that distillation samples from; those of the curve and the evaluation are others. */
  networks: count,
  /** Its own seed, so that runs of several seeds share their networks. */
  seed: z.int().check(z.nonnegative()),
});

const names = z.optional(z.array(z.string()));

const model = z.strictObject({
  /** The output that holds the logits, where the model has several. */
  output: z.optional(z.string()),
  /** A layer at the end that becomes a new one for the classes of the data. */
  head: z.optional(z.string()),
  /** Names of tensors, with * for any characters, that stay as they are, and that are trained though they would not be. */
  freeze: names,
  train: names,
  /** Whether batch normalisation takes the model's statistics, or those of each batch. */
  batchNormalization: z.optional(z.enum(["evaluation", "batch"])),
});

const preprocessing = z.strictObject({
  /** Of each channel of pixel/255, in the order of `channels`. */
  mean: z.array(z.number()),
  std: z.array(positive),
  channels: z._default(z.enum(["rgb", "bgr"]), "rgb"),
});

/** The schema that recipe files and `--set` are checked against. */
export const recipeSchema = z.strictObject({
  name: z.string().check(z.regex(/^[\w.-]+$/, "use letters, digits, '.', '_' and '-'")),
  description: z.string(),
  /** A data set's name, or the path of the user's own. */
  data: z.string(),
  /** Height and width that images are resized to; null leaves them as the data set has them. */
  imageSize: z._default(z.nullable(count), null),
  /** [C,H,W]: the data are converted to images of this shape, channels too. */
  input: z.optional(z.tuple([count, count, count])),
  /** What is done to the outer loss's real images: `crop-flip` pads, crops and mirrors them at random. */
  augmentation: z._default(z.enum(["none", "crop-flip"]), "none"),
  /** How pixels become a network's numbers; by default as is usual for the data. */
  preprocessing: z.optional(preprocessing),
  /** A built-in network's name, or the path of an ONNX model. */
  network: z.string(),
  /** How an ONNX model becomes the network; of a built-in one, `head` is not taken from a file of weights. */
  model: z.optional(model),
  /** What the networks trained on the images are to do. */
  objective: z._default(objective, { kind: "distil" }),
  /** `auto`: as in the paper, one logit with binary cross-entropy for two classes, else softmax cross-entropy. */
  loss: z._default(z.enum(["auto", ...lossNames]), "auto"),
  /**
   * Whether every iteration starts from the same known weights or from random ones; `-pretrained`: weights that were
   * trained on other data first, known ones, or one of many with others held out for the evaluation.
   */
  initialization: z.enum(["fixed", "random", "fixed-pretrained", "random-pretrained"]),
  /** Of a fixed initialisation: how many known networks there are, 1 by default. */
  knownNetworks: z.optional(count),
  /** How pre-trained networks are trained; known ones may come from files of weights instead. */
  pretraining: z.optional(pretraining),
  /** p(theta_0) of weights; biases start at zero. */
  initializer,
  /** S: gradient steps, each with its own distilled batch. */
  steps: count,
  /** E: passes over the S batches; each (epoch, step) has its own learning rate. */
  epochs: count,
  /** P: distilled images of one class in one step. */
  imagesPerClass: count,
  /** Where the pixels start: N(0,1) in normalised space, real images, or `run:<folder>` of an earlier run. */
  images: z
    .string()
    .check(z.regex(/^(noise|real|run:.+)$/, "expected noise, real or run:<folder>")),
  /** `soft` labels are learned, starting one-hot. */
  labels: z.enum(["hard", "soft"]),
  /** Adam's rate for soft labels, as a factor of outer.rate: 1 by default. */
  labelOuterFactor: z.optional(positive),
  learningRate: z.strictObject({
    initial: positive,
    learned: z.boolean(),
    /** Adam's rate for the learning rates (before softplus), as a factor of outer.rate. */
    outerFactor: positive,
  }),
  outer: z.strictObject({
    iterations: count,
    /** Real images in each iteration's outer loss. */
    batch: count,
    /** Networks sampled in each iteration; of a fixed initialisation at most its known ones. */
    networks: count,
    /** Adam's rate, betas and epsilon (Kingma and Ba 2015). */
    rate: positive,
    betas: z.tuple([fraction, fraction]),
    epsilon: positive,
    schedule,
    /** Limits the gradient's norm to its running mean of this decay; null does not limit it. */
    clip: z.nullable(z.strictObject({ decay: fraction })),
  }),
  evaluation: z.strictObject({
    /** Iterations between two points of the accuracy curve, taken on held-out training images. */
    every: count,
    heldOut: count,
    /** Networks of a point of the curve. */
    networks: count,
    /** Networks of the final test accuracy; a fixed initialisation has its known ones. */
    testNetworks: count,
  }),
  /** What the paper or the project expects of this recipe, as text. */
  expected: z.optional(z.string()),
  seed: z.int().check(z.nonnegative()),
});

export type Recipe = z.infer<typeof recipeSchema>;

/** Whether the network is an ONNX model, rather than a built-in one. */
export const isModel = ({ network }: Pick<Recipe, "network">): boolean => network.endsWith(".onnx");

/** Whether every iteration starts from the same known networks. */
export const isFixed = ({ initialization }: Recipe): boolean => initialization.startsWith("fixed");

/** Whether networks were trained on other data first. */
export const isPretrained = ({ initialization }: Recipe): boolean =>
  initialization.endsWith("-pretrained");

/** How many known networks a fixed initialisation has. */
export const knownNetworks = ({ knownNetworks: count = 1 }: Recipe): number => count;

/** A recipe is not valid; the text names the field, what was expected and what came. */
export class RecipeError extends Error {
  override readonly name = "RecipeError";
}

/** zod/mini comes without the texts of its errors. */
const english = en().localeError;

/**
 * @throws {RecipeError} listing every field that is wrong.
 */
export const parseRecipe = (value: unknown): Recipe => parsed("recipe", recipeSchema, value);

/**
 * A recipe's `preprocessing` on its own.
 * @throws {RecipeError} listing every field that is wrong.
 */
export const parsePreprocessing = (value: unknown): NonNullable<Recipe["preprocessing"]> =>
  parsed("preprocessing", preprocessing, value);

function parsed<T>(what: string, schema: z.ZodMiniType<T>, value: unknown): T {
  const result = schema.safeParse(value, { error: english });
  if (result.success) return result.data;
  const issues = result.error.issues.map(
    ({ path, message }) => `  ${path.join(".") || what}: ${message}${came(value, path)}`,
  );
  throw new RecipeError(`the ${what} is not valid:\n${issues.join("\n")}`);
}

/** The value at a path, where it is short enough to show. */
function came(recipe: unknown, path: readonly PropertyKey[]): string {
  const value = path.reduce<unknown>(
    (parent, key) => (parent as Record<PropertyKey, unknown>)[key],
    recipe,
  );
  return value === undefined || (typeof value === "object" && value !== null)
    ? ""
    : `, got ${JSON.stringify(value)}`;
}

/** The fields of a recipe, dotted, and the optional ones that it leaves out, for messages about unknown ones. */
export function recipeFields(recipe: Recipe): string[] {
  const list = (value: unknown, path: string): string[] =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.entries(value).flatMap(([key, entry]) => list(entry, path ? `${path}.${key}` : key))
      : [path];
  const absent = Object.keys(recipeSchema.shape).filter((field) => !(field in recipe));
  return [...list(recipe, ""), ...absent];
}

/**
 * The recipe's pre-training.
 * @throws {RecipeError} when the recipe has none.
 */
export function pretrainingOf({
  initialization,
  pretraining,
}: Recipe): NonNullable<Recipe["pretraining"]> {
  if (pretraining) return pretraining;
  throw new RecipeError(
    `pretraining: ${initialization} needs to know how networks are trained: data, epochs, batch, rate, decayEvery, networks and seed${initialization === "fixed-pretrained" ? "; or where their weights are" : ""}`,
  );
}
