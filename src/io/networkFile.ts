/** A trained network as safetensors: its parameters under their own names, with all that they depend on. */
import type { Pretraining, TrainingState } from "../distill/pretraining.ts";
import type { Parameters } from "../distill/problem.ts";
import { crc32 } from "../formats/crc32.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  float32Tensor,
  type RawTensor,
  toFloat32Array,
} from "./safetensors.ts";

/** A network of a folder, and how well it does. */
export interface StoredNetwork {
  readonly index: number;
  readonly parameters: Parameters;
  /** Fraction of the test images. */
  readonly testAccuracy: number;
  readonly testLoss: number;
  /** Mean over the steps of the last epoch. */
  readonly trainingLoss: number;
}

/** What networks of one folder have in common, as text by field. */
export function facts({
  network,
  loss,
  dataset,
  schedule,
  seed,
  start,
}: Pretraining): Record<string, string> {
  return {
    ...(start ? { start: checksum(start) } : {}),
    network: network.name,
    data: dataset.name,
    input: network.input.join("x"),
    classes: JSON.stringify(dataset.classes),
    images: String(dataset.train.count),
    mean: JSON.stringify(dataset.normalization.mean),
    std: JSON.stringify(dataset.normalization.std),
    loss,
    seed: String(seed),
    epochs: String(schedule.epochs),
    batch: String(schedule.batch),
    rate: String(schedule.rate),
    decayEvery: String(schedule.decayEvery),
  };
}

/** Of the weights that networks began with. */
function checksum(weights: Parameters): string {
  const each = [...weights].map(([name, { buffer, byteOffset, byteLength }]) => {
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    return `${name}:${crc32(bytes)}`;
  });
  return crc32(new TextEncoder().encode(each.sort().join())).toString(16);
}

/** `format` "pt" is what readers of PyTorch's weights look for. */
export function encodeNetwork(pretraining: Pretraining, stored: StoredNetwork): Uint8Array {
  const { index, parameters, testAccuracy, testLoss, trainingLoss } = stored;
  return encodeSafetensors(tensorsOf(pretraining, parameters), {
    format: "pt",
    ...facts(pretraining),
    index: String(index),
    testAccuracy: String(testAccuracy),
    testLoss: String(testLoss),
    trainingLoss: String(trainingLoss),
  });
}

/**
 * @throws when the file holds no network, or one that was trained otherwise; the text names the field that differs.
 */
export function decodeNetwork(bytes: Uint8Array, pretraining: Pretraining): StoredNetwork {
  const { tensors, metadata } = decodeSafetensors(bytes);
  expectFacts(metadata, pretraining);
  const number = (field: string) => Number(metadata[field]);
  return {
    index: number("index"),
    parameters: new Map([
      ...pretraining.network.parameters.map(({ name }) => [name, read(tensors, name)] as const),
      ...(pretraining.network.bufferValues ?? []),
    ]),
    testAccuracy: number("testAccuracy"),
    testLoss: number("testLoss"),
    trainingLoss: number("trainingLoss"),
  };
}

/** Networks between two epochs of their training. */
export function encodeUnfinished(
  pretraining: Pretraining,
  indices: readonly number[],
  { epoch, tensors }: TrainingState,
): Uint8Array {
  const all = tensors.flatMap((state, k) =>
    [...state].map(([name, data]): [string, RawTensor] => [
      `${indices[k]}/${name}`,
      float32Tensor(data, [data.length]),
    ]),
  );
  return encodeSafetensors(new Map(all), {
    ...facts(pretraining),
    networks: JSON.stringify(indices),
    epoch: String(epoch),
  });
}

/** The state of these networks; undefined where the file is about others, which are trained by other lanes. */
export function decodeUnfinished(
  bytes: Uint8Array,
  pretraining: Pretraining,
  indices: readonly number[],
): TrainingState | undefined {
  const { tensors, metadata } = decodeSafetensors(bytes);
  expectFacts(metadata, pretraining);
  if (metadata.networks !== JSON.stringify(indices)) return undefined;
  const states = indices.map((index) => {
    const prefix = `${index}/`;
    const names = [...tensors.keys()].filter((name) => name.startsWith(prefix));
    return new Map(names.map((name) => [name.slice(prefix.length), read(tensors, name)]));
  });
  return { epoch: Number(metadata.epoch), tensors: states };
}

function expectFacts(metadata: Readonly<Record<string, string>>, pretraining: Pretraining): void {
  for (const [field, wanted] of Object.entries(facts(pretraining))) {
    const came = metadata[field];
    if (came === wanted) continue;
    throw new Error(
      came === undefined
        ? `it holds no network that was trained here: it does not say its ${field}`
        : `it was trained with another ${field}: ${came} there, ${wanted} now`,
    );
  }
}

function read(tensors: ReadonlyMap<string, RawTensor>, name: string): Float32Array {
  const raw = tensors.get(name);
  if (!raw) throw new Error(`it lacks the tensor "${name}"`);
  return toFloat32Array(raw);
}

const tensorsOf = ({ network }: Pretraining, parameters: Parameters): Map<string, RawTensor> =>
  new Map(
    network.parameters.map(({ name, shape }) => [
      name,
      float32Tensor(parameters.get(name)!, shape),
    ]),
  );
