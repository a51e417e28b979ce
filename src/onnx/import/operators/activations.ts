/** Activations, and operators that do nothing in evaluation. */
import {
  abs,
  add,
  div,
  elu,
  gelu,
  greater,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  mul,
  relu,
  softplus,
  tanh,
  where,
} from "../../../ir/builders/index.ts";
import type { Value } from "../../../ir/value.ts";
import type { ImportNode, Translation } from "../node.ts";

/** Slopes are weights of a layer; they broadcast to x. */
function prelu(node: ImportNode): Value {
  const x = node.value(0);
  return where(greater(x, 0), x, mul(x, node.weight(1, "slope")));
}

/** max(0, x) + min(0, alpha (exp(x / alpha) - 1)) (Barron 2017). */
function celu(node: ImportNode): Value {
  const x = node.value(0);
  const alpha = node.number("alpha", 1);
  return mul(elu(div(x, alpha), 1), alpha);
}

/** gamma * elu(x, alpha) (Klambauer et al. 2017). */
const selu: Translation = (node) =>
  mul(
    elu(node.value(0), node.number("alpha", 1.673263192176819)),
    node.number("gamma", 1.0507010221481323),
  );

function geluOf(node: ImportNode): Value {
  const approximate = node.text("approximate", "none");
  if (approximate === "none" || approximate === "tanh") return gelu(node.value(0), approximate);
  return node.fail(`approximate is "${approximate}"; none and tanh are known`);
}

/** The identity, but in training. */
function dropout(node: ImportNode): Value {
  const training = node.optional(2);
  const ratio = node.optionalKnown(1)?.[0] ?? 0.5;
  if (training?.kind === "known" && training.data[0] && ratio > 0) {
    node.fail("it is in training mode; export the model in evaluation mode");
  }
  return node.value(0);
}

export const activations: Readonly<Record<string, Translation>> = {
  Celu: celu,
  Dropout: dropout,
  Elu: (node) => elu(node.value(0), node.number("alpha", 1)),
  Gelu: geluOf,
  HardSigmoid: (node) =>
    hardSigmoid(node.value(0), node.number("alpha", 0.2), node.number("beta", 0.5)),
  HardSwish: (node) => hardSwish(node.value(0)),
  Identity: (node) => node.operand(0),
  LeakyRelu: (node) => leakyRelu(node.value(0), node.number("alpha", 0.01)),
  Mish: (node) => mul(node.value(0), tanh(softplus(node.value(0)))),
  PRelu: prelu,
  Relu: (node) => relu(node.value(0)),
  Selu: selu,
  Softplus: (node) => softplus(node.value(0)),
  Softsign: (node) => div(node.value(0), add(abs(node.value(0)), 1)),
  ThresholdedRelu: (node) =>
    where(greater(node.value(0), node.number("alpha", 1)), node.value(0), 0),
};
