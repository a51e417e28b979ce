/**
 * Takes maxima before ReLU instead of after it: relu is monotone, so that max(relu(z)) = relu(max(z)), and it then sees
 * as many entries as there are windows. For forward computations, before they are differentiated: the derivative stays
 * the same too, since a window whose maximum is not positive passes nothing on in either order.
 */
import { maxPool2d, relu } from "../builders/index.ts";
import { rewrite } from "../graph.ts";
import type { OpName } from "../ops.ts";
import { makeValue, type Value } from "../value.ts";

/** An equivalent output in which no max-pooling follows a ReLU, down to the `leaves`. */
export function poolBeforeRelu(output: Value, leaves: readonly Value[]): Value {
  const visit = (value: Value, inputs: readonly Value[]): Value => {
    const rebuilt = makeValue(value.op as OpName, inputs, value.attrs);
    if (rebuilt.op !== "poolGather") return rebuilt;
    const [activated, index] = rebuilt.inputs as [Value, Value];
    const isMaximum = index.op === "maxPoolIndex" && index.inputs[0] === activated;
    if (activated.op !== "relu" || !isMaximum) return rebuilt;
    const { kernel, ...window } = rebuilt.attrs;
    return relu(maxPool2d(activated.inputs[0]!, kernel, window));
  };
  return rewrite([output], visit, new Set(leaves))[0]!;
}
