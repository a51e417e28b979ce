/** A bundle's files in memory, read. */
import type { BundleConfig } from "../io/bundle/bundleConfig.ts";
import { type DistilledFile, decodeDistilled } from "../io/distilledFile.ts";
import type { Manifest, ManifestTensor } from "../io/encodedGraphs.ts";
import type { Program } from "../onnx/compile.ts";

export interface BundleFolder {
  readonly config: BundleConfig;
  readonly manifest: Manifest;
  readonly distilled: DistilledFile;
  /** Contents by name, below the bundle's own folder. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Its own files, of which there may be others around. */
const CONFIG = "config.json";

/**
 * Reads a bundle from its files by path; the folder that they lie in may be part of the paths.
 * @throws Error when there is no bundle, or one that lacks files or has damaged ones.
 */
export function readBundle(given: ReadonlyMap<string, Uint8Array>): BundleFolder {
  const [configPath] = [...given.keys()]
    .filter((path) => path === CONFIG || path.endsWith(`/${CONFIG}`))
    .sort((a, b) => a.length - b.length);
  if (configPath === undefined)
    throw new Error(
      "there is no bundle among the files: expected the folder that onnx-distill export writes",
    );
  const folder = configPath.slice(0, -CONFIG.length);
  const files = new Map(
    [...given]
      .filter(([path]) => path.startsWith(folder))
      .map(([path, bytes]) => [path.slice(folder.length), bytes]),
  );
  const config = json<BundleConfig>(files, CONFIG);
  if (config.format !== "onnx-distill-bundle" || config.version !== 1)
    throw new Error(
      `expected a bundle (format onnx-distill-bundle, version 1), got format "${config.format}"`,
    );
  return {
    config,
    manifest: json<Manifest>(files, "manifest.json"),
    distilled: read(files, "distilled.safetensors", decodeDistilled),
    files,
  };
}

/** @throws Error when the bundle lacks the file. */
export function fileOf(files: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array {
  const bytes = files.get(name);
  if (bytes) return bytes;
  throw new Error(`the bundle lacks ${name}`);
}

/** @throws Error that names the file when the bundle lacks it or it is damaged. */
function read<T>(
  files: ReadonlyMap<string, Uint8Array>,
  name: string,
  decode: (bytes: Uint8Array) => T,
): T {
  const bytes = fileOf(files, name);
  try {
    return decode(bytes);
  } catch (error) {
    throw new Error(`the bundle's ${name} cannot be read: ${(error as Error).message}`);
  }
}

const json = <T>(files: ReadonlyMap<string, Uint8Array>, name: string): T =>
  read(files, name, (bytes) => JSON.parse(new TextDecoder().decode(bytes)));

/** A graph of a bundle, run by what its manifest says of it. */
export interface BundleGraph {
  readonly program: Program;
  readonly inputs: readonly ManifestTensor[];
  readonly outputs: readonly ManifestTensor[];
}

/** @throws Error when the bundle lacks the graph. */
export function graphOf({ manifest, files }: BundleFolder, stem: string): BundleGraph {
  const graph = manifest.graphs[stem];
  if (!graph) throw new Error(`the bundle's manifest lacks the graph "${stem}"`);
  const { inputs, outputs } = graph;
  const bytes = fileOf(files, graph.file);
  return { program: { name: stem, bytes, inputs, outputs, nodes: 0 }, inputs, outputs };
}

/** What a tensor is called here: as the parameter that it belongs to, or by its role. */
export const keyOf = ({ parameter, role }: ManifestTensor): string => parameter ?? role;
