/** Between the parameters of a network and the named tensors of a file. */
import type { Network, ParameterSpec } from "../../../graphs/index.ts";
import { freshHead } from "../../distill/freshHead.ts";
import type { Parameters } from "../../distill/problem.ts";
import type { NamedTensors } from "./namedTensors.ts";
import { readParameters } from "./readParameters.ts";

const SHOWN = 5;

/** What PyTorch's batch normalisation counts beside its statistics; nothing depends on it. */
const COUNTER = /\.num_batches_tracked$/;

/** A layer that does not take its weights from the file. */
export interface FreshHead {
  /** Its name: its tensors are `<layer>.weight` and `<layer>.bias`. */
  readonly layer: string;
  readonly seed: number;
}

/**
 * The network's parameters and buffers among named tensors: each must be there under its own name (PyTorch's in a
 * state_dict) and with its shape, and nothing else but the counters of batch normalisations. Those of a fresh head are
 * drawn, whatever the file has for them.
 * @throws Error that names what is missing, misshapen or too much, or that the network has no such layer.
 */
export function fitParameters(network: Network, given: NamedTensors, head?: FreshHead): Parameters {
  const tensors = head ? withHead(network, given, head) : given;
  const wanted = [...network.parameters, ...network.buffers];
  const known = new Set(wanted.map(({ name }) => name));
  const faults = [
    ...wanted.flatMap((parameter) => faultOf(parameter, tensors)),
    ...[...tensors].flatMap(([name, { shape }]) =>
      known.has(name) || COUNTER.test(name) ? [] : [`${name} [${shape}] is none of its parameters`],
    ),
  ];
  if (faults.length === 0) {
    return new Map(wanted.map(({ name }) => [name, tensors.get(name)!.data]));
  }
  const more = faults.length > SHOWN ? [`and ${faults.length - SHOWN} more`] : [];
  throw new Error(
    `the weights do not fit ${network.name} for ${network.input.join("x")} images and ${network.classes} logits: ${[...faults.slice(0, SHOWN), ...more].join("; ")}`,
  );
}

/**
 * The parameters of a network out of a file of weights.
 * @throws Error that names the file, when it cannot be read or does not fit.
 */
export async function readNetwork(
  path: string,
  network: Network,
  head?: FreshHead,
): Promise<Parameters> {
  const tensors = await readParameters(path);
  try {
    return fitParameters(network, tensors, head);
  } catch (cause) {
    throw new Error(`${path}: ${(cause as Error).message}`, { cause });
  }
}

/** A network's parameters and buffers as files of weights hold them. */
export const namedTensors = (network: Network, parameters: Parameters): NamedTensors =>
  new Map(
    [...network.parameters, ...network.buffers].map(({ name, shape }) => [
      name,
      { shape, data: parameters.get(name)! },
    ]),
  );

function withHead(
  { name: network, parameters }: Network,
  tensors: NamedTensors,
  { layer, seed }: FreshHead,
): NamedTensors {
  const ofHead = parameters.filter(({ name }) => name.replace(/\.(weight|bias)$/, "") === layer);
  if (ofHead.length === 0) throw new Error(`${network} has no layer "${layer}" for a new head`);
  return new Map([
    ...tensors,
    ...ofHead.map(({ name, shape }) => {
      const data = freshHead(name, shape, name.endsWith(".bias"), seed);
      return [name, { shape, data }] as const;
    }),
  ]);
}

function faultOf({ name, shape }: ParameterSpec, tensors: NamedTensors): string[] {
  const came = tensors.get(name)?.shape;
  if (came === undefined) return [`${name} [${shape}] is missing`];
  return came.join() === shape.join() ? [] : [`${name} is [${came}], expected [${shape}]`];
}
