/** Attributes of sliding windows. */
import type { WindowOptions } from "../../../ir/builders/window.ts";
import type { ImportNode } from "../node.ts";

/** Far more than any window reaches over. */
const WIDEST_PAD = 4096;

/**
 * Strides, pads, dilations, auto_pad and ceil_mode of a two-dimensional window.
 * @throws {ImportError} for another number of axes, or an unknown auto_pad.
 */
export function windowOptions(
  node: ImportNode,
  kernel: readonly number[],
): WindowOptions & Required<Pick<WindowOptions, "autoPad">> {
  if (kernel.length !== 2) {
    node.fail(`its window has ${kernel.length} axes; images with two are known`);
  }
  const pads = node.numbers("pads") ?? [0, 0, 0, 0];
  const [top, left, bottom, right] = pads;
  if (pads.length !== 4) node.fail(`its attribute pads has ${pads.length} numbers, not 4`);
  for (const count of pads) {
    if (Math.abs(count) > WIDEST_PAD) node.fail(`it pads by ${count}`);
  }
  return {
    strides: pair(node, "strides"),
    dilations: pair(node, "dilations"),
    pads: [top!, left!, bottom!, right!],
    autoPad: autoPad(node),
    ceilMode: node.number("ceil_mode", 0) === 1,
  };
}

function autoPad(node: ImportNode): "NOTSET" | "SAME_UPPER" | "SAME_LOWER" | "VALID" {
  const given = node.text("auto_pad", "NOTSET");
  if (["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"].includes(given)) {
    return given as ReturnType<typeof autoPad>;
  }
  return node.fail(`auto_pad "${given}" is unknown`);
}

/** Two numbers, or undefined where the attribute is left out. */
export function pair(node: ImportNode, name: string): readonly [number, number] | undefined {
  const numbers = node.numbers(name);
  if (numbers === undefined) return undefined;
  if (numbers.length !== 2) node.fail(`its attribute ${name} has ${numbers.length} numbers, not 2`);
  return [numbers[0]!, numbers[1]!];
}
