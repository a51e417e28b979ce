/** What a lowering is: one IR value into ONNX nodes. */
import type { OpName } from "../../ir/ops.ts";
import type { Value } from "../../ir/value.ts";
import type { Emitter } from "./emitter.ts";

/**
 * What the nodes are chosen for: every execution provider, CPUs, or CPUs whose runtime convolves blocks of 8 or 16
 * channels. Blocked operators are internal to ONNX Runtime and differ between machines: for running, not for files.
 */
export type Target = "portable" | "cpu" | BlockedTarget;
export type BlockedTarget = "cpu-nChw8c" | "cpu-nChw16c";

/** Channels of a block, or undefined where convolutions are not blocked. */
export function channelBlock(target: Target): number | undefined {
  if (target === "cpu-nChw8c") return 8;
  return target === "cpu-nChw16c" ? 16 : undefined;
}

export interface Context {
  readonly emit: Emitter;
  readonly target: Target;
  /** ONNX name of a value that was lowered before. */
  name(value: Value): string;
  /** How many values (and graph outputs) use a value. */
  uses(value: Value): number;
}

/** Emits nodes for a value whose inputs are already emitted; returns the ONNX name of its output. */
export type Lowering<Op extends OpName> = (
  context: Context,
  value: Value<Op>,
  inputs: readonly string[],
) => string;

export type LoweringTable<Ops extends OpName> = { readonly [Op in Ops]: Lowering<Op> };

/** The operator exists in ONNX under this name with the same inputs and no attributes. */
export const same =
  (opType: string): Lowering<OpName> =>
  ({ emit }, _, inputs) =>
    emit.node(opType, inputs);
