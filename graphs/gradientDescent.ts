/** The mathematics of distillation on values: inner steps, and gradients through them. */
import { gradient } from "../src/autodiff/gradient.ts";
import { jvp } from "../src/autodiff/jvp.ts";
import { add, mul, neg, slice, sub } from "../src/ir/builders/index.ts";
import type { Value } from "../src/ir/value.ts";
import { batchLoss, type LossName } from "./losses.ts";
import { microBatches, type Network } from "./network.ts";

/** What is differentiated: a network under a loss, with fixed buffers. */
export interface Model {
  readonly network: Network;
  readonly loss: LossName;
  readonly buffers: readonly Value[];
}

/** A labelled batch: images [n,C,H,W], labels [n,K]. */
export interface Batch {
  readonly images: Value;
  readonly labels: Value;
}

/** Mean loss of a batch, []; as a weighted mean over micro-batches where the network asks for them. */
export function modelLoss(
  { network, loss, buffers }: Model,
  parameters: readonly Value[],
  { images, labels }: Batch,
): Value {
  const n = images.shape[0]!;
  const parts = microBatches(network, n).map(({ start, end }) => {
    const part = (x: Value) => slice(x, [{ axis: 0, start, end }]);
    const logits = network.forward(parameters, buffers, part(images));
    return mul(batchLoss(loss, logits, part(labels)), (end - start) / n);
  });
  return parts.reduce((sum, part) => add(sum, part));
}

/**
 * theta - eta * grad_theta l(x, y; theta) for a rate eta [] (Wang et al. 2018, eq. 2). The rate is the cotangent of
 * the loss: it multiplies a few numbers per image there, instead of every parameter's gradient.
 */
export function innerStep(
  model: Model,
  parameters: readonly Value[],
  batch: Batch,
  rate: Value,
): Value[] {
  const steps = gradient(modelLoss(model, parameters, batch), parameters, rate);
  return parameters.map((parameter, i) => sub(parameter, steps[i]!));
}

/** Cotangents of an inner step's inputs. */
export interface InnerStepCotangents {
  readonly parameters: readonly Value[];
  readonly images: Value;
  readonly labels: Value;
  readonly rate: Value;
}

/**
 * Pulls a cotangent lambda of the next parameters back through theta' = theta - eta g, g = grad_theta l:
 *   d/d theta = lambda - eta H lambda     d/dx = -eta d<lambda, g>/dx     d/d eta = -<lambda, g>
 * and y as x. One forward sweep in direction lambda through (l, eta grad_theta l, eta grad_x l, eta grad_y l)
 * yields <lambda, g>, eta H lambda and both mixed derivatives, since second derivatives are symmetric.
 */
export function innerStepVjp(
  model: Model,
  parameters: readonly Value[],
  batch: Batch,
  rate: Value,
  lambda: readonly Value[],
): InnerStepCotangents {
  const loss = modelLoss(model, parameters, batch);
  const gradients = gradient(loss, [...parameters, batch.images, batch.labels], rate);
  const [along, ...swept] = jvp([loss, ...gradients], parameters, lambda) as [Value, ...Value[]];
  const [alongImages, alongLabels] = swept.slice(parameters.length) as [Value, Value];
  return {
    parameters: lambda.map((cotangent, i) => sub(cotangent, swept[i]!)),
    images: neg(alongImages),
    labels: neg(alongLabels),
    rate: neg(along),
  };
}

/** Gradients of the outer loss with respect to every batch and rate of an unrolled descent. */
export interface MetaGradient {
  readonly loss: Value;
  readonly images: readonly Value[];
  readonly labels: readonly Value[];
  readonly rates: readonly Value[];
}

/**
 * Back-gradient descent (Maclaurin et al. 2015; Wang et al. 2018, algorithm 1): theta_0 is trained on
 * batches[t] with rates[t] for t = 0..T-1, the loss on real data is taken at theta_T, and its gradient is
 * pulled back step by step. Entry t of each result belongs to step t; repeated batches are not added up.
 */
export function metaGradient(
  model: Model,
  initial: readonly Value[],
  batches: readonly Batch[],
  rates: readonly Value[],
  real: Batch,
): MetaGradient {
  const trajectory: (readonly Value[])[] = [initial];
  batches.forEach((batch, t) => {
    trajectory.push(innerStep(model, trajectory[t]!, batch, rates[t]!));
  });
  const final = trajectory.at(-1)!;
  const loss = modelLoss(model, final, real);
  let lambda: readonly Value[] = gradient(loss, final);
  const steps = batches
    .map((_, i) => batches.length - 1 - i)
    .map((t) => {
      const cotangents = innerStepVjp(model, trajectory[t]!, batches[t]!, rates[t]!, lambda);
      lambda = cotangents.parameters;
      return cotangents;
    });
  steps.reverse();
  return {
    loss,
    images: steps.map((step) => step.images),
    labels: steps.map((step) => step.labels),
    rates: steps.map((step) => step.rate),
  };
}
