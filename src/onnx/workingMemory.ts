/** How much memory ONNX Runtime takes for what a program computes. */
import { sizeOf } from "../ir/value.ts";
import type { OnnxModel } from "./model.ts";
import { type TensorType, tensorTypes } from "./tensorShapes.ts";

const bytesPer = { float32: 4, int64: 8, bool: 1 } as const;

/** Operators whose result is their input under another shape. */
const views = new Set(["Reshape", "Identity"]);

/** A piece of memory: its bytes, and how many uses of tensors in it are still to come. */
interface Buffer {
  readonly key: string;
  readonly bytes: number;
  uses: number;
  /** The node that needs it last, as far as known. */
  last: number;
  readonly first: number;
}

/**
 * Most bytes of intermediate results and outputs at a time, as the runtime plans them: nodes follow each other, and a
 * result takes the memory of an earlier one of the same shape and type that nobody needs any more. Such memory is held
 * from its first use to its last, the time between two tenants included, which is why it is more than what is alive.
 */
export function workingBytes(model: OnnxModel): number {
  const types = tensorTypes(model);
  const uses = new Map<string, number>();
  const outputs = model.outputs.map(({ name }) => name);
  for (const name of [...model.nodes.flatMap((node) => node.inputs), ...outputs])
    uses.set(name, (uses.get(name) ?? 0) + 1);
  const holders = new Map<string, Buffer>();
  const buffers: Buffer[] = [];
  const free = new Map<string, Buffer[]>();
  const isOutput = new Set(outputs);

  const bufferFor = (type: TensorType, at: number, mayReuse: boolean): Buffer => {
    const key = `${type.dtype}[${type.shape}]`;
    const reused = mayReuse ? free.get(key)?.pop() : undefined;
    if (reused) return reused;
    const bytes = sizeOf(type.shape) * bytesPer[type.dtype];
    const buffer = { key, bytes, uses: 0, first: at, last: at };
    buffers.push(buffer);
    return buffer;
  };
  const release = (buffer: Buffer, count: number, at: number): void => {
    buffer.uses -= count;
    buffer.last = at;
    if (buffer.uses > 0) return;
    const dead = free.get(buffer.key) ?? [];
    free.set(buffer.key, dead);
    dead.push(buffer);
  };

  model.nodes.forEach((node, at) => {
    const isView = views.has(node.opType) && !isOutput.has(node.outputs[0]!);
    for (const name of node.outputs) {
      // A view of what the program is fed with takes no memory of its own.
      const buffer = isView
        ? holders.get(node.inputs[0]!)
        : bufferFor(types.get(name)!, at, !isOutput.has(name));
      if (!buffer) continue;
      holders.set(name, buffer);
      buffer.uses += uses.get(name) ?? 0;
      buffer.last = at;
      if (buffer.uses === 0) release(buffer, 0, at);
    }
    for (const name of node.inputs) {
      const buffer = holders.get(name);
      if (buffer) release(buffer, 1, at);
    }
  });
  for (const name of outputs) holders.get(name)!.last = model.nodes.length;
  return mostAtATime(buffers, model.nodes.length);
}

function mostAtATime(buffers: readonly Buffer[], count: number): number {
  const changes = new Float64Array(count + 2);
  for (const { first, last, bytes } of buffers) {
    changes[first]! += bytes;
    changes[last + 1]! -= bytes;
  }
  let held = 0;
  return changes.reduce((most, change) => {
    held += change;
    return Math.max(most, held);
  }, 0);
}
