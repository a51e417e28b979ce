/** The outer loop: one Adam step on images, labels and rates per iteration. */
import { cropAndFlip } from "../data/augment.ts";
import { sampleBatch } from "../data/dataset.ts";
import { random } from "../random/generator.ts";
import type { Executor } from "../runtime/executor.ts";
import { keepConstant } from "../runtime/feeds.ts";
import { adamStep, type Moments, zeroMoments } from "./adam.ts";
import {
  type Distilled,
  initialDistilled,
  type RawDistilled,
  sigmoid,
  softplus,
  toDistilled,
} from "./distilled.ts";
import { initialParameters, knownIndex, knownParameters } from "./initialization.ts";
import { fillRealBatch, type RealBatch } from "./labels.ts";
import { computeMetaGradient, type MetaGradientResult } from "./metaGradient.ts";
import type { Plan } from "./plan.ts";
import type { Parameters, Problem } from "./problem.ts";
import { isFixed } from "./recipe.ts";
import { scheduleFactor } from "./schedule.ts";

/** Everything that the next iteration depends on: what a checkpoint holds. */
export interface TrainerState extends RawDistilled {
  /** Iterations done. Random numbers depend on it alone, so it is also the generator's position. */
  iteration: number;
  readonly moments: {
    readonly images: Moments;
    readonly labels: Moments;
    readonly rawRates: Moments;
  };
  /** Running mean of the gradient's norm, 0 before the first iteration. */
  clipAverage: number;
}

/** What one iteration measured, before its step. */
export interface IterationResult {
  readonly iteration: number;
  readonly loss: number;
  readonly gradientNorm: number;
}

/** No further step makes sense; the state is that before the iteration. */
export class DivergenceError extends Error {
  override readonly name = "DivergenceError";
}

/** The state before the first iteration; `start` replaces what the recipe begins with. */
export function initialState(
  problem: Problem,
  start: RawDistilled = initialDistilled(problem),
): TrainerState {
  return {
    ...start,
    iteration: 0,
    moments: {
      images: zeroMoments(start.images.length),
      labels: zeroMoments(start.labels.length),
      rawRates: zeroMoments(start.rawRates.length),
    },
    clipAverage: 0,
  };
}

const divergence = (iteration: number, what: string): DivergenceError =>
  new DivergenceError(
    `iteration ${iteration + 1}: ${what}. Lower outer.rate or learningRate.initial, or limit the gradient with outer.clip`,
  );

/** Why no step can follow from a state, if none can. */
function whyStuck({ images, labels, rawRates, moments }: TrainerState): string | undefined {
  const all = [
    images,
    labels,
    rawRates,
    ...Object.values(moments).flatMap(({ first, second }) => [first, second]),
  ];
  if (!all.every((values) => values.every(Number.isFinite)))
    return "the step leaves the range of float32";
  return rawRates.every((raw) => Math.fround(softplus(raw)) === 0)
    ? "every learning rate falls to zero"
    : undefined;
}

/** What one iteration draws at random. */
interface Draw {
  readonly iteration: number;
  readonly networks: readonly Parameters[];
  readonly real: RealBatch;
}

export class Trainer {
  readonly state: TrainerState;
  readonly #problem: Problem;
  readonly #executor: Executor;
  readonly #plan: Plan;
  /** Buffers of real batches: one is computed with while the other is filled. */
  readonly #buffers: readonly [RealBatch, RealBatch];
  /** Those of a fixed initialisation, by number. */
  readonly #known: readonly Parameters[] | undefined;
  readonly #learnsImages: boolean;
  #drawn: Draw | undefined;

  /** With `learnsImages` false the images stay, and what else the recipe learns is learned for them. */
  constructor(
    problem: Problem,
    executor: Executor,
    plan: Plan,
    state: TrainerState,
    learnsImages = true,
  ) {
    this.#problem = problem;
    this.#executor = executor;
    this.#plan = plan;
    this.state = state;
    this.#learnsImages = learnsImages;
    const { dataset, network, recipe } = problem;
    const [channels, height, width] = dataset.shape;
    const buffer = (): RealBatch => ({
      images: new Float32Array(recipe.outer.batch * channels * height * width),
      labels: new Float32Array(recipe.outer.batch * network.classes),
    });
    this.#buffers = [buffer(), buffer()];
    this.#known = isFixed(recipe) ? knownParameters(problem) : undefined;
    for (const data of this.#known?.flatMap((parameters) => [...parameters.values()]) ?? [])
      keepConstant(data);
  }

  get distilled(): Distilled {
    return toDistilled(this.state);
  }

  /**
   * One iteration: samples networks and a real batch, computes the meta-gradient and takes an Adam step. While
   * the workers compute, it already samples for the next iteration; numbers depend on the iteration alone.
   * @throws {DivergenceError} when the gradient or the new state is not finite, or every learning rate is zero; the state is left as it was.
   */
  async step(): Promise<IterationResult> {
    const { recipe, network, unroll } = this.#problem;
    const { iteration } = this.state;
    const { networks, real } =
      this.#drawn?.iteration === iteration ? this.#drawn : this.#draw(iteration);
    const computing = computeMetaGradient(
      this.#executor,
      this.#plan,
      network,
      unroll,
      networks,
      this.distilled,
      real,
    );
    // Whatever stops the drawing is reported; what the workers then answer is of no use.
    computing.catch(() => {});
    this.#drawn = iteration + 1 < recipe.outer.iterations ? this.#draw(iteration + 1) : undefined;
    const gradient = await computing;
    // d softplus(r) / dr = sigmoid(r)
    const rawRates = gradient.learningRates.map((g, i) => g * sigmoid(this.state.rawRates[i]!));
    const norm = this.#norm(gradient, rawRates);
    if (!Number.isFinite(gradient.loss) || !Number.isFinite(norm)) {
      throw divergence(iteration, `the loss is ${gradient.loss} and its gradient's norm ${norm}`);
    }
    const before = structuredClone(this.state);
    this.#update(gradient, rawRates, norm);
    const reason = whyStuck(this.state);
    if (reason !== undefined) {
      Object.assign(this.state, before);
      throw divergence(iteration, reason);
    }
    return { iteration: this.state.iteration, loss: gradient.loss, gradientNorm: norm };
  }

  #draw(iteration: number): Draw {
    const { recipe, dataset, train } = this.#problem;
    const { networks: count, batch } = recipe.outer;
    const real = this.#buffers[iteration % 2]!;
    const indices = sampleBatch(train.count, batch, random(recipe.seed, "real batch", iteration));
    fillRealBatch(this.#problem, train, indices, real);
    if (recipe.augmentation === "crop-flip") {
      cropAndFlip(real.images, dataset.shape, random(recipe.seed, "augmentation", iteration));
    }
    const networks = Array.from({ length: count }, (_, k) => {
      const index = iteration * count + k;
      return this.#known
        ? this.#known[knownIndex(recipe, "training", index)]!
        : initialParameters(this.#problem, "training", index);
    });
    return { iteration, networks, real };
  }

  /** L2 norm over everything that is learned. */
  #norm(gradient: MetaGradientResult, rawRates: Float64Array): number {
    const { labels, learningRate } = this.#problem.recipe;
    let squares = 0;
    const addSquares = (values: Float64Array) => {
      for (const g of values) squares += g * g;
    };
    if (this.#learnsImages) addSquares(gradient.images);
    if (labels === "soft") addSquares(gradient.labels);
    if (learningRate.learned) addSquares(rawRates);
    return Math.sqrt(squares);
  }

  #update(gradient: MetaGradientResult, rawRates: Float64Array, norm: number): void {
    const { state } = this;
    const { labels, labelOuterFactor = 1, learningRate, outer } = this.#problem.recipe;
    const scale = outer.clip ? this.#clipScale(norm, outer.clip.decay) : 1;
    const rate = outer.rate * scheduleFactor(outer.schedule, state.iteration, outer.iterations);
    const options = { rate, betas: outer.betas, epsilon: outer.epsilon };
    const slower = (factor: number) => ({ ...options, rate: rate * factor });
    state.iteration++;
    const { iteration, moments } = state;
    if (this.#learnsImages)
      adamStep(state.images, gradient.images, moments.images, iteration, options, scale);
    if (labels === "soft") {
      const forLabels = slower(labelOuterFactor);
      adamStep(state.labels, gradient.labels, moments.labels, iteration, forLabels, scale);
    }
    if (learningRate.learned) {
      const forRates = slower(learningRate.outerFactor);
      adamStep(state.rawRates, rawRates, moments.rawRates, iteration, forRates, scale);
    }
  }

  /** Shrinks a gradient longer than the running mean to that mean; one outlier moves the mean at most threefold. */
  #clipScale(norm: number, decay: number): number {
    const { state } = this;
    const average = state.clipAverage || norm;
    state.clipAverage = decay * average + (1 - decay) * Math.min(norm, 3 * average);
    return norm > average ? average / norm : 1;
  }
}
