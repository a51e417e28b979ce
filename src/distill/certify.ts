/** A gradient certificate: whether a network's derivatives are what finite differences say, wherever it may run. */
import {
  certificateGraph,
  type LossName,
  type Network,
  networkFor,
  type RecipeGraph,
  toGraph,
} from "../../graphs/index.ts";
import { evaluate } from "../ir/interpreter/index.ts";
import { compile } from "../onnx/compile.ts";
import type { Executor } from "../runtime/executor.ts";
import { along, IMAGES, moved, pointOf, type Tensors } from "./certificatePoint.ts";
import type { Parameters } from "./problem.ts";
import { type ByTensor, distance, distances } from "./tensorDistance.ts";

export interface CertifyOptions {
  /** Images of the batch. */
  readonly images: number;
  /** Points that are tried; medians over them are reported. */
  readonly points: number;
  readonly seed: number;
  /** Weights are moved at random by this share of their root mean square first; 0 by default. */
  readonly displacement?: number;
  /** Where float32 is compared with float64. */
  readonly executors: readonly Executor[];
  onStage?(what: string): void;
}

/** Relative L2 errors of one tensor's derivatives. */
export interface TensorErrors {
  /** A parameter's name, or `images`. */
  readonly name: string;
  readonly order2: number;
  readonly devices: Readonly<Record<string, number>>;
}

/** Relative L2 errors, with all tensors taken as one but for `tensors`. */
export interface Certificate {
  /** The loss's slope along a direction, by either mode, against its finite difference. */
  readonly order1: number;
  /** Hessian times direction against finite differences of the gradient. */
  readonly order2: number;
  /** The same product, forward over reverse against reverse over reverse. */
  readonly modes: number;
  /** Gradient and product in float32 against float64, the larger error, by device. */
  readonly devices: Readonly<Record<string, number>>;
  readonly tensors: readonly TensorErrors[];
}

/**
 * Steps of the central differences in float64, the best of which counts. Over the first hardly a ReLU of a large network
 * changes sides. Networks with random weights may be so steep that units do even there, which asks for shorter steps, or
 * so flat that rounding hides their derivatives, which asks for longer ones.
 */
const STEPS = [1e-7, 1e-9, 1e-11, 1e-6, 1e-5];

/** A difference this close needs no other step. */
const CLOSE = 1e-6;

/**
 * Compares derivatives of the loss at the given weights, or near them, at random images with random soft labels. Near
 * them is better for pruned weights: the units of a filter of zeros are all at the kink of their ReLU, where differences
 * are not derivatives.
 */
export async function certify(
  network: Network,
  loss: LossName,
  weights: Parameters,
  { points, seed, onStage, ...options }: CertifyOptions,
): Promise<Certificate> {
  const certificates: Certificate[] = [];
  for (let point = 0; point < points; point++) {
    const place = points > 1 ? `point ${point + 1} of ${points}: ` : "";
    const tell = (what: string) => onStage?.(place + what);
    certificates.push(
      await certifyPoint(network, loss, weights, { ...options, seed: seed + point, onStage: tell }),
    );
  }
  return medianOf(certificates);
}

async function certifyPoint(
  network: Network,
  loss: LossName,
  weights: Parameters,
  { images, seed, displacement, executors, onStage }: Omit<CertifyOptions, "points">,
): Promise<Certificate> {
  const graph = certificateGraph(network, loss, images);
  const point = pointOf(graph, weights, seed, displacement);
  onStage?.("derivatives in float64");
  const exact = derivatives(graph, compute(graph, point));

  const slopes = [exact.slope, along(exact.gradient, point)];
  const tried: { order1: number; order2: number; curvature: ByTensor }[] = [];
  for (const step of STEPS) {
    onStage?.(`finite differences in float64, step ${step}`);
    const { slope, curvature } = differences(graph, point, step);
    const order1 = Math.max(...slopes.map((one) => Math.abs(one - slope) / Math.abs(slope)));
    tried.push({ order1, order2: distance(exact.product, curvature), curvature });
    if (tried.at(-1)!.order2 < CLOSE && order1 < CLOSE) break;
  }
  const best = tried.reduce((a, b) => (b.order2 < a.order2 ? b : a));

  const float32: Record<string, Derivatives> = {};
  for (const executor of executors) {
    onStage?.(`float32 on ${executor.device}`);
    float32[executor.device] = await computeOn(executor, network, loss, images, point);
  }

  const order2 = distances(exact.product, best.curvature);
  const ofDevices = Object.entries(float32).map(([device, { gradient, product }]) => ({
    device,
    all: Math.max(distance(gradient, exact.gradient), distance(product, exact.product)),
    gradient: distances(gradient, exact.gradient),
    product: distances(product, exact.product),
  }));
  return {
    order1: Math.min(...tried.map((one) => one.order1)),
    order2: best.order2,
    modes: distance(exact.reverseProduct, exact.product),
    devices: Object.fromEntries(ofDevices.map(({ device, all }) => [device, all])),
    tensors: [...order2].map(([name, error]) => ({
      name,
      order2: error,
      devices: Object.fromEntries(
        ofDevices.map(({ device, gradient, product }) => [
          device,
          Math.max(gradient.get(name)!, product.get(name)!),
        ]),
      ),
    })),
  };
}

/** The outputs of a certificate's graph. */
interface Derivatives {
  readonly loss: number;
  readonly slope: number;
  readonly gradient: ByTensor;
  readonly product: ByTensor;
  readonly reverseProduct: ByTensor;
}

function derivatives({ outputs }: RecipeGraph, results: Tensors): Derivatives {
  const single = (name: string) => results.get(name)?.[0] ?? Number.NaN;
  const group = (...roles: string[]): ByTensor =>
    new Map(
      outputs
        .filter(({ name, role }) => roles.includes(role) && results.has(name))
        .map(({ name, parameter = IMAGES }) => [parameter, results.get(name)!]),
    );
  return {
    loss: single("loss"),
    slope: single("slope"),
    gradient: group("grad_parameter", "grad_images"),
    product: group("product", "product_images"),
    reverseProduct: group("reverse_product", "reverse_product_images"),
  };
}

/** Central differences of the loss and its gradient along the direction. */
function differences(
  graph: RecipeGraph,
  point: Tensors,
  step: number,
): { slope: number; curvature: ByTensor } {
  const outputs = graph.outputs.filter(({ role }) => /^(loss|grad.*)$/.test(role));
  const at = (length: number) =>
    derivatives(graph, compute({ ...graph, outputs }, moved(graph, point, length)));
  const [ahead, behind] = [at(step), at(-step)];
  const curvature = new Map(
    [...ahead.gradient].map(([name, numbers]) => {
      const before = behind.gradient.get(name)!;
      return [name, numbers.map((number, i) => (number - before[i]!) / (2 * step))];
    }),
  );
  return { slope: (ahead.loss - behind.loss) / (2 * step), curvature };
}

function compute({ outputs }: RecipeGraph, feeds: Tensors): Tensors {
  const values = outputs.map(({ value }) => value);
  const results = evaluate(values, feeds as ReadonlyMap<string, Float32Array>);
  return new Map(outputs.map(({ name }, i) => [name, results[i]!]));
}

async function computeOn(
  executor: Executor,
  network: Network,
  loss: LossName,
  images: number,
  point: Tensors,
): Promise<Derivatives> {
  const graph = certificateGraph(networkFor(executor.target, network), loss, images);
  const program = compile(toGraph(graph), executor.target);
  const [results] = await executor.run(program, [point as ReadonlyMap<string, Float32Array>]);
  return derivatives(graph, results!);
}

function medianOf(certificates: readonly Certificate[]): Certificate {
  const median = (of: (one: Certificate) => number): number =>
    certificates.map(of).sort((a, b) => a - b)[Math.floor((certificates.length - 1) / 2)]!;
  const medians = (
    devices: Readonly<Record<string, number>>,
    of: (one: Certificate) => typeof devices,
  ) =>
    Object.fromEntries(
      Object.keys(devices).map((device) => [device, median((one) => of(one)[device]!)]),
    );
  const [first] = certificates as [Certificate];
  return {
    order1: median(({ order1 }) => order1),
    order2: median(({ order2 }) => order2),
    modes: median(({ modes }) => modes),
    devices: medians(first.devices, ({ devices }) => devices),
    tensors: first.tensors.map(({ name, devices }, i) => ({
      name,
      order2: median(({ tensors }) => tensors[i]!.order2),
      devices: medians(devices, ({ tensors }) => tensors[i]!.devices),
    })),
  };
}
