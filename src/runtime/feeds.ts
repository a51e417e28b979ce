/** What is fed to a program, checked against its signature. */

import { sizeOf } from "../ir/value.ts";
import type { Program } from "../onnx/compile.ts";
import { DeviceTensor, type Feed, type Feeds } from "./deviceTensor.ts";

/** Row-major numbers by tensor name. */
export type Tensors = ReadonlyMap<string, Float32Array>;

const constants = new WeakSet<Float32Array>();

/** Declares that numbers never change again, so that a worker which was handed them once can keep them. */
export function keepConstant(data: Float32Array): void {
  constants.add(data);
}

export const isConstant = (data: Float32Array): boolean => constants.has(data);

export interface FedInput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Feed;
}

/**
 * The inputs of a program with their numbers, in its order; other tensors are left out.
 * @throws when an input is missing, has the wrong size or was released.
 */
export const fedInputs = (program: Program, feeds: Feeds): FedInput[] =>
  program.inputs.map(({ name, shape }) => {
    const data = feeds.get(name);
    const size = sizeOf(shape);
    const isReleased = data instanceof DeviceTensor && data.released;
    if (data?.length === size && !isReleased) return { name, shape, data };
    const came = isReleased
      ? "a device tensor that was released"
      : data
        ? `${data.length} numbers`
        : "nothing";
    throw new Error(
      `${program.name}: input "${name}" takes ${size} numbers, shape [${shape}], got ${came}`,
    );
  });

/** An array for each input of a program, all in one piece of memory that threads can share. */
export function sharedInputs(program: Program): Map<string, Float32Array> {
  const sizes = program.inputs.map(({ shape }) => sizeOf(shape));
  const memory = new SharedArrayBuffer(4 * sizes.reduce((sum, size) => sum + size, 0));
  let offset = 0;
  return new Map(
    program.inputs.map(({ name }, i) => {
      const data = new Float32Array(memory, 4 * offset, sizes[i]);
      offset += sizes[i]!;
      return [name, data];
    }),
  );
}
