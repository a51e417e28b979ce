/** Normalisations; their scales and shifts are weights. */
import {
  abs,
  add,
  batchNormalization,
  batchStatisticsNormalization,
  div,
  expand,
  instanceNormalization,
  layerNormalization,
  localResponseNormalization,
  max,
  mul,
  reduceSum,
  reshape,
  scalar,
} from "../../../ir/builders/index.ts";
import { sizeOf, type Value } from "../../../ir/value.ts";
import type { ImportNode, Translation } from "../node.ts";
import { length } from "./reduction.ts";

/** With stored statistics, or with those of the batch where the user wants them. */
function batch(node: ImportNode): Value {
  if (node.number("spatial", 1) !== 1) node.fail("spatial = 0 is not known");
  const trains = node.number("training_mode", 0) === 1 || (node.opset < 14 && node.outputCount > 1);
  if (trains && !node.model.batchStatistics) {
    node.fail(
      "it is in training mode; choose batch statistics for it, or export the model in evaluation mode",
    );
  }
  const x = node.value(0);
  const [scale, shift] = [node.weight(1, "scale"), node.weight(2, "bias")];
  const epsilon = node.number("epsilon", 1e-5);
  return node.model.batchStatistics
    ? batchStatisticsNormalization(x, scale, shift, epsilon)
    : batchNormalization(x, scale, shift, node.fed(3), node.fed(4), epsilon);
}

function layer(node: ImportNode): Value {
  return layerNormalization(
    node.value(0),
    node.weight(1, "scale"),
    node.optionalWeight(2, "bias"),
    node.number("axis", -1),
    node.number("epsilon", 1e-5),
  );
}

/** Scale and shift are per channel from opset 21 on, per group before. */
function group(node: ImportNode): Value {
  const x = node.value(0);
  const [n, channels] = [x.shape[0]!, x.shape[1]!];
  const groups = node.number("num_groups", 0);
  if (groups < 1 || channels % groups !== 0) {
    node.fail(`${channels} channels do not fall into num_groups = ${groups}`);
  }
  const rows = reshape(x, [n, groups, sizeOf(x.shape) / n / groups]);
  const normalized = layerNormalization(
    rows,
    scalar(1),
    undefined,
    2,
    node.number("epsilon", 1e-5),
  );
  const perChannel = (v: Value): Value => {
    const channelwise =
      v.shape[0] === channels ? v : expand(reshape(v, [-1, 1]), [groups, channels / groups]);
    return reshape(channelwise, [1, channels, ...x.shape.slice(2).map(() => 1)]);
  };
  const scaled = mul(reshape(normalized, x.shape), perChannel(node.weight(1, "scale")));
  return add(scaled, perChannel(node.weight(2, "bias")));
}

function lp(node: ImportNode): Value {
  const x = node.value(0);
  const axis = node.number("axis", -1);
  const norm =
    node.number("p", 2) === 1 ? reduceSum(abs(x), [axis], true) : length(x, [axis], true);
  return div(x, max(norm, 1e-12));
}

function localResponse(node: ImportNode): Value {
  node.bounded(node.shape(0)[1]! ** 2, "a matrix of all channels by all channels", 2 ** 24);
  return localResponseNormalization(node.value(0), {
    size: node.number("size", 0),
    alpha: node.number("alpha", 1e-4),
    beta: node.number("beta", 0.75),
    bias: node.number("bias", 1),
    convention: "onnx",
  });
}

export const normalization: Readonly<Record<string, Translation>> = {
  BatchNormalization: batch,
  GroupNormalization: group,
  InstanceNormalization: (node) =>
    instanceNormalization(
      node.value(0),
      node.weight(1, "scale"),
      node.weight(2, "bias"),
      node.number("epsilon", 1e-5),
    ),
  LRN: localResponse,
  LayerNormalization: layer,
  LpNormalization: lp,
};
