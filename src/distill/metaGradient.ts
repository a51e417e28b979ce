/** Computes meta-gradients with the programs of a plan. */
import type { Network, Unroll } from "../../graphs/index.ts";
import { type Feeds, releaseAll } from "../runtime/deviceTensor.ts";
import { type Executor, runKeeping } from "../runtime/executor.ts";
import type { Distilled } from "./distilled.ts";
import type { RealBatch } from "./labels.ts";
import type { Plan } from "./plan.ts";
import type { Parameters } from "./problem.ts";
import { Trajectory } from "./trajectory.ts";

/** Mean over networks and parts of the batch, in float64. */
export interface MetaGradientResult {
  readonly loss: number;
  readonly images: Float64Array;
  readonly labels: Float64Array;
  readonly learningRates: Float64Array;
}

type Tensors = ReadonlyMap<string, Float32Array>;

/** Loss and gradients, averaged over the given networks; summed in a fixed order whatever the lanes do. */
export async function computeMetaGradient(
  executor: Executor,
  plan: Plan,
  network: Network,
  unroll: Unroll,
  networks: readonly Parameters[],
  distilled: Distilled,
  real: RealBatch,
): Promise<MetaGradientResult> {
  const parts = splitBatch(real, plan.splits);
  const results =
    plan.kind === "unrolled"
      ? await unrolled(executor, plan, networks, distilled, parts)
      : await stepwise(executor, plan, network, unroll, networks, distilled, parts);
  const mean = (name: string, size: number): Float64Array => {
    const sum = new Float64Array(size);
    for (const result of results) {
      const part = result.get(name)!;
      for (let i = 0; i < size; i++) sum[i] = sum[i]! + part[i]!;
    }
    for (let i = 0; i < size; i++) sum[i] = sum[i]! / results.length;
    return sum;
  };
  return {
    loss: mean("loss", 1)[0]!,
    images: mean("grad_distilled_images", distilled.images.length),
    labels: mean("grad_distilled_labels", distilled.labels.length),
    learningRates: mean("grad_learning_rates", distilled.learningRates.length),
  };
}

function splitBatch({ images, labels }: RealBatch, splits: number): RealBatch[] {
  const part = (data: Float32Array, i: number) =>
    data.subarray((data.length / splits) * i, (data.length / splits) * (i + 1));
  return Array.from({ length: splits }, (_, i) => ({
    images: part(images, i),
    labels: part(labels, i),
  }));
}

function unrolled(
  executor: Executor,
  plan: Plan & { kind: "unrolled" },
  networks: readonly Parameters[],
  distilled: Distilled,
  parts: readonly RealBatch[],
): Promise<Tensors[]> {
  const feeds = networks.flatMap((parameters) =>
    parts.map(
      ({ images, labels }) =>
        new Map([
          ...parameters,
          ["distilled_images", distilled.images],
          ["distilled_labels", distilled.labels],
          ["learning_rates", distilled.learningRates],
          ["real_images", images],
          ["real_labels", labels],
        ]),
    ),
  );
  return executor.run(plan.metaGradient, feeds);
}

/**
 * The same descent one graph at a time: only parameters are kept. Where the device can, they and their cotangents stay
 * in its memory from one graph to the next.
 */
async function stepwise(
  executor: Executor,
  plan: Plan & { kind: "stepwise" },
  { parameters: specs }: Network,
  { steps, epochs }: Unroll,
  networks: readonly Parameters[],
  distilled: Distilled,
  parts: readonly RealBatch[],
): Promise<Tensors[]> {
  const total = steps * epochs;
  const stepFeeds = (t: number): [string, Float32Array][] => [
    ["images", row(distilled.images, t % steps, steps)],
    ["labels", row(distilled.labels, t % steps, steps)],
    ["learning_rate", distilled.learningRates.subarray(t, t + 1)],
  ];
  const named = (prefix: string): string[] => specs.map(({ name }) => `${prefix}${name}`);
  const renamed = (tensors: Feeds, from: string, to: string): Feeds =>
    new Map(specs.map(({ name }) => [`${to}${name}`, tensors.get(`${from}${name}`)!]));

  const trajectory = new Trajectory<Feeds>(
    networks,
    plan.keepEvery,
    async (t, thetas) => {
      const feeds = thetas.map((theta) => new Map([...theta, ...stepFeeds(t)]));
      const next = await runKeeping(executor, plan.innerStep, named("next_parameter."), feeds);
      return next.map(
        (tensors, k) => new Map([...thetas[k]!, ...renamed(tensors, "next_parameter.", "")]),
      );
    },
    (thetas) => thetas.forEach(releaseAll),
  );
  let cotangents: readonly Feeds[] = [];
  try {
    const final = (await trajectory.at(total)).flatMap((theta) =>
      parts.map(
        ({ images, labels }) =>
          new Map([...theta, ["real_images", images], ["real_labels", labels]]),
      ),
    );
    // Gradients of several parts are averaged here, that of a whole batch goes on as it is.
    const kept = parts.length === 1 ? named("grad_parameter.") : [];
    const outer = await runKeeping(executor, plan.outerLoss, kept, final);
    const partsOf = (k: number) => outer.slice(k * parts.length, (k + 1) * parts.length);
    cotangents = networks.map((_, k) =>
      averageParameters(
        partsOf(k).map((tensors) => renamed(tensors, "grad_parameter.", "cotangent.")),
      ),
    );
    const results = networks.map((_, k) => ({
      loss: partsOf(k).reduce((sum, part) => sum + numbers(part, "loss")[0]!, 0) / parts.length,
      images: new Float32Array(distilled.images.length),
      labels: new Float32Array(distilled.labels.length),
      rates: new Float32Array(total),
    }));
    for (let t = total - 1; t >= 0; t--) {
      const thetas = await trajectory.at(t);
      const before = cotangents;
      const feeds = thetas.map((theta, k) => new Map([...theta, ...stepFeeds(t), ...before[k]!]));
      const pulled = await runKeeping(executor, plan.innerStepVjp, named("grad_parameter."), feeds);
      cotangents = pulled.map((tensors) => renamed(tensors, "grad_parameter.", "cotangent."));
      before.forEach(releaseAll);
      pulled.forEach((tensors, k) => {
        addTo(row(results[k]!.images, t % steps, steps), numbers(tensors, "grad_images"));
        addTo(row(results[k]!.labels, t % steps, steps), numbers(tensors, "grad_labels"));
        results[k]!.rates[t] = numbers(tensors, "grad_learning_rate")[0]!;
      });
    }
    return results.map(
      ({ loss, images, labels, rates }) =>
        new Map([
          ["loss", Float32Array.of(loss)],
          ["grad_distilled_images", images],
          ["grad_distilled_labels", labels],
          ["grad_learning_rates", rates],
        ]),
    );
  } finally {
    trajectory.close();
    cotangents.forEach(releaseAll);
  }
}

/** A result that is not left on the device. */
const numbers = (tensors: Feeds, name: string): Float32Array => tensors.get(name) as Float32Array;

/** Row `index` of an array of `rows` equal rows, as a view. */
const row = (data: Float32Array, index: number, rows: number): Float32Array =>
  data.subarray((data.length / rows) * index, (data.length / rows) * (index + 1));

function addTo(sum: Float32Array, part: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + part[i]!;
}

/** The mean over the parts of a batch; one part is its own mean, wherever it is. */
function averageParameters(parts: readonly Feeds[]): Feeds {
  const [first] = parts as [Feeds];
  if (parts.length === 1) return first;
  return new Map(
    [...first.keys()].map((name) => {
      const mean = Float32Array.from(
        numbers(first, name),
        (_, i) => parts.reduce((sum, part) => sum + numbers(part, name)[i]!, 0) / parts.length,
      );
      return [name, mean];
    }),
  );
}
