/** evaluate.onnx: logits, loss and correctness of every image of a batch. */
import {
  cast,
  concat,
  constant,
  equal,
  greater,
  reduceMax,
  reshape,
  slice,
  sub,
  where,
} from "../src/ir/builders/index.ts";
import type { Value } from "../src/ir/value.ts";
import { type LossName, lossPerImage } from "./losses.ts";
import { microBatches, type Network } from "./network.ts";
import {
  bufferInputs,
  inputPort,
  parameterInputs,
  port,
  type RecipeGraph,
  valuesOf,
} from "./recipeGraph.ts";

/** real_images [B,C,H,W], real_labels [B,K] -> logits [B,K], loss [B], correct [B] (1 or 0). */
export function evaluateGraph(network: Network, loss: LossName, batch: number): RecipeGraph {
  const parameters = parameterInputs("parameter", network);
  const buffers = bufferInputs(network);
  const images = inputPort("real_images", [batch, ...network.input]);
  const labels = inputPort("real_labels", [batch, network.classes]);
  const parts = microBatches(network, batch).map(({ start, end }) =>
    network.forward(
      valuesOf(parameters),
      valuesOf(buffers),
      slice(images.value, [{ axis: 0, start, end }]),
    ),
  );
  const logits = concat(parts, 0);
  return {
    name: "evaluate",
    inputs: [...parameters, ...buffers, images, labels],
    outputs: [
      port("logits", logits),
      port("loss", lossPerImage(loss, logits, labels.value)),
      port("correct", correctness(logits, labels.value)),
    ],
  };
}

/** Whether the first largest logit stands where the label's first largest entry does; for one logit, z > 0 = y > 1/2. */
function correctness(logits: Value, labels: Value): Value {
  const classes = logits.shape[1]!;
  if (classes === 1) {
    const agree = equal(cast(greater(logits, 0), "float32"), cast(greater(labels, 0.5), "float32"));
    return reshape(cast(agree, "float32"), [logits.shape[0]!]);
  }
  return cast(equal(firstMaximum(logits), firstMaximum(labels)), "float32");
}

/** Index of each row's first maximum: [n,K] -> [n], as K - 1 minus the largest of K - 1 - k over all maxima k. */
function firstMaximum(rows: Value): Value {
  const classes = rows.shape[1]!;
  const fromBehind = constant(
    Array.from({ length: classes }, (_, k) => classes - 1 - k),
    [1, classes],
  );
  const maxima = equal(rows, reduceMax(rows, [1], true));
  return sub(classes - 1, reduceMax(where(maxima, fromBehind, -1), [1]));
}
