/** A folder of trained networks: network-0000.safetensors and so on, and networks.json, which lists them. */
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Statistic, statistic } from "../distill/evaluate.ts";
import type { Pretraining, TrainingState } from "../distill/pretraining.ts";
import { isTemporaryFile, writeFileAtomic } from "./atomicFile.ts";
import {
  decodeNetwork,
  decodeUnfinished,
  encodeNetwork,
  encodeUnfinished,
  type StoredNetwork,
} from "./networkFile.ts";

const LIST = "networks.json";
const UNFINISHED = "unfinished.safetensors";

/** networks.json: what the networks have in common, and how well each does. */
export interface NetworkList {
  readonly format: "onnx-distill-networks";
  readonly version: 1;
  readonly network: string;
  readonly data: string;
  readonly input: readonly number[];
  readonly normalization: Pretraining["dataset"]["normalization"];
  readonly schedule: Pretraining["schedule"];
  readonly seed: number;
  /** Of all networks on the test images. */
  readonly accuracy: Statistic;
  readonly networks: readonly (Omit<StoredNetwork, "parameters"> & { readonly file: string })[];
}

export class NetworkFolder {
  readonly path: string;
  readonly #pretraining: Pretraining;
  readonly #networks: Map<number, StoredNetwork>;

  private constructor(path: string, pretraining: Pretraining, networks: StoredNetwork[]) {
    this.path = path;
    this.#pretraining = pretraining;
    this.#networks = new Map(networks.map((network) => [network.index, network]));
  }

  /**
   * The networks that are there already; none where there is no folder yet.
   * @throws when one of them was trained otherwise, or is damaged.
   */
  static async open(path: string, pretraining: Pretraining): Promise<NetworkFolder> {
    const names: string[] = await readdir(path).catch(() => []);
    for (const name of names.filter(isTemporaryFile)) await rm(join(path, name), { force: true });
    const networks: StoredNetwork[] = [];
    for (const name of names.filter((file) => /^network-\d{4,}\.safetensors$/.test(file)).sort()) {
      networks.push(await read(path, name, (bytes) => decodeNetwork(bytes, pretraining)));
    }
    return new NetworkFolder(path, pretraining, networks);
  }

  has(index: number): boolean {
    return this.#networks.has(index);
  }

  /** Networks 0 to count - 1; all of them are there. */
  first(count: number): StoredNetwork[] {
    return Array.from({ length: count }, (_, index) => this.#networks.get(index)!);
  }

  /** Stores networks whose training is done. */
  async add(networks: readonly StoredNetwork[]): Promise<void> {
    await mkdir(this.path, { recursive: true });
    for (const network of networks) {
      const file = join(this.path, networkFileName(network.index));
      await writeFileAtomic(file, encodeNetwork(this.#pretraining, network));
      this.#networks.set(network.index, network);
    }
    await writeFileAtomic(join(this.path, LIST), `${JSON.stringify(this.list(), undefined, 2)}\n`);
    await rm(join(this.path, UNFINISHED), { force: true });
  }

  /** Keeps networks between two epochs. */
  async keepUnfinished(indices: readonly number[], state: TrainingState): Promise<void> {
    await mkdir(this.path, { recursive: true });
    const bytes = encodeUnfinished(this.#pretraining, indices, state);
    await writeFileAtomic(join(this.path, UNFINISHED), bytes);
  }

  /** Where the training of these networks was left; undefined where it has not begun. */
  async unfinished(indices: readonly number[]): Promise<TrainingState | undefined> {
    const names: string[] = await readdir(this.path).catch(() => []);
    if (!names.includes(UNFINISHED)) return undefined;
    return read(this.path, UNFINISHED, (bytes) =>
      decodeUnfinished(bytes, this.#pretraining, indices),
    );
  }

  list(): NetworkList {
    const { network, dataset, schedule, seed } = this.#pretraining;
    const sorted = [...this.#networks.values()].sort((a, b) => a.index - b.index);
    return {
      format: "onnx-distill-networks",
      version: 1,
      network: network.name,
      data: dataset.name,
      input: network.input,
      normalization: dataset.normalization,
      schedule,
      seed,
      accuracy: statistic(sorted.map(({ testAccuracy }) => testAccuracy)),
      networks: sorted.map(({ parameters: _, ...stored }) => ({
        file: networkFileName(stored.index),
        ...stored,
      })),
    };
  }
}

/** What the file of a network is called. */
export const networkFileName = (index: number, format = "safetensors"): string =>
  `network-${String(index).padStart(4, "0")}.${format}`;

async function read<T>(folder: string, name: string, decode: (bytes: Uint8Array) => T): Promise<T> {
  const path = join(folder, name);
  const bytes = await readFile(path);
  try {
    return decode(bytes);
  } catch (cause) {
    throw new Error(
      `${path}: ${(cause as Error).message}. Name another folder for other networks, or remove this one`,
      { cause },
    );
  }
}
