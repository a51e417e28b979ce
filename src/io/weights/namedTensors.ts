/** Parameters of a network as files of weights hold them: float32, by name. */

export interface NamedTensor {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float32Array;
}

/** By name, in the order of the file. */
export type NamedTensors = ReadonlyMap<string, NamedTensor>;
