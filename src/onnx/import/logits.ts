/** Which tensor of a model holds the logits, and what follows them. */
import type { FileNode, ModelFile } from "../modelFile.ts";
import { ImportError } from "./error.ts";

export interface Logits {
  /** Name of the output. */
  readonly output: string;
  /** Nodes that turn logits into probabilities: the loss is taken on logits, so they are left out. */
  readonly omitted: ReadonlySet<FileNode>;
}

const probabilities = new Set(["Softmax", "LogSoftmax"]);
/** What may stand between the softmax and the output. */
const passages = new Set(["Identity", "Cast", "Flatten", "Reshape", "Squeeze"]);

/**
 * The output of that name, or the only one, with a softmax before it left out; of a single output per image, a sigmoid.
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
    throw new ImportError(`it has the outputs ${names.join(", ")}: say which one holds the logits`);
  }
  const single = model.outputs.find((info) => info.name === output)?.shape?.at(-1) === 1;
  const producers = new Map(
    model.nodes.flatMap((node) => node.outputs.map((tensor) => [tensor, node] as const)),
  );
  let node = producers.get(output);
  while (node && passages.has(node.opType)) node = producers.get(node.inputs[0] ?? "");
  const ends = node && (probabilities.has(node.opType) || (single && node.opType === "Sigmoid"));
  return { output, omitted: new Set(ends ? [node!] : []) };
}
