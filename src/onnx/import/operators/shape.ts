/** Operators of shape arithmetic: what is known is computed when the model is read. */
import { sizeOf } from "../../../ir/value.ts";
import type { ElementType } from "../../modelFile.ts";
import { numbersOf } from "../../tensorData.ts";
import { type ImportNode, LONGEST_AXIS, type Translation } from "../node.ts";
import { type Known, knownIntegers } from "../operand.ts";

function constantOf(node: ImportNode): Known {
  const tensor = node.tensor("value");
  if (tensor) return { kind: "known", ...tensor, name: "" };
  if (node.has("value_ints")) return knownIntegers(node.numbers("value_ints")!);
  if (node.has("value_int")) return knownIntegers(node.number("value_int", 0));
  const floats = (data: readonly number[], shape: readonly number[]): Known => ({
    kind: "known",
    name: "",
    type: "float",
    shape,
    data: Float32Array.from(data),
  });
  if (node.has("value_float")) return floats([node.number("value_float", 0)], []);
  const list = node.numbers("value_floats");
  return list ? floats(list, [list.length]) : node.fail("it holds no tensor that is read");
}

function constantOfShape(node: ImportNode): Known {
  const shape = node.known(0);
  const value = node.tensor("value");
  const type: ElementType = value?.type ?? "float";
  const count = node.bounded(sizeOf(shape), `a tensor of shape [${shape}]`);
  const data = numbersOf(type, count).fill(value?.data[0] ?? 0);
  return { kind: "known", name: "", type, shape, data };
}

function shape(node: ImportNode): Known {
  const whole = node.shape(0);
  return knownIntegers(whole.slice(node.number("start", 0), node.number("end", whole.length)));
}

function range(node: ImportNode): Known {
  const [start, limit, step] = [0, 1, 2].map((index) => node.known(index)[0] ?? 0) as [
    number,
    number,
    number,
  ];
  const length = Math.max(0, Math.ceil((limit - start) / step));
  if (!(length <= LONGEST_AXIS))
    node.fail(`it counts from ${start} to ${limit} in steps of ${step}`);
  const first = node.operand(0);
  const type = first.kind === "known" ? first.type : "int64";
  const data = numbersOf(type, length).map((_, i) => start + i * step);
  return { kind: "known", name: "", type, shape: [length], data };
}

export const shapes: Readonly<Record<string, Translation>> = {
  Constant: constantOf,
  ConstantOfShape: constantOfShape,
  Range: range,
  Shape: shape,
  Size: (node) => knownIntegers(sizeOf(node.shape(0))),
};
