/** Which tensor of a model holds the logits, and what follows them. */
import type { FileNode, ModelFile } from "../modelFile.ts";
import { ImportError } from "./error.ts";

export interface Logits {
  /** Name of the output. */
  readonly output: string;
  /** The node that turns logits into probabilities: the loss is taken on logits, so it is left out. */
  readonly softmax: FileNode | undefined;
  /** The same of a single logit; of several it belongs to the model. */
  readonly sigmoid: FileNode | undefined;
}

const probabilities = new Set(["Softmax", "LogSoftmax"]);
/** What may stand between the softmax and the output. */
const passages = new Set(["Identity", "Cast", "Flatten", "Reshape", "Squeeze"]);

/**
 * The output of that name, or the only one, and the softmax or sigmoid before it.
 * @throws {ImportError} when there is no such output, or several to choose from.
 */
export function logitsOf(model: ModelFile, name?: string): Logits {
  const names = model.outputs.map((output) => output.name);
  const [first = ""] = names;
  const output = name ?? first;
  if (!names.includes(output)) {
    throw new ImportError(`it has no output "${output}": choose one of ${names.join(", ")}`);
  }
  if (name === undefined && names.length > 1) {
    throw new ImportError(
      `it has the outputs ${names.join(", ")}: say with --output (model.output in a recipe) which one holds the logits`,
    );
  }
  const producers = new Map(
    model.nodes.flatMap((node) => node.outputs.map((tensor) => [tensor, node] as const)),
  );
  const passed = new Set<FileNode>();
  let node = producers.get(output);
  while (node && passages.has(node.opType) && !passed.has(node)) {
    passed.add(node);
    node = producers.get(node.inputs[0] ?? "");
  }
  return {
    output,
    softmax: node && probabilities.has(node.opType) ? node : undefined,
    sigmoid: node?.opType === "Sigmoid" ? node : undefined,
  };
}
