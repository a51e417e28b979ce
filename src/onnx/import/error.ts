/** Why a model, or one of its nodes, cannot be translated. */
import type { FileNode } from "../modelFile.ts";

/** How a node is called in messages: by its operator and its name, or by what it computes. */
export const nodeLabel = ({ opType, domain, name, outputs }: FileNode): string =>
  `${domain ? `${domain}.` : ""}${opType} node "${name || outputs[0] || ""}"`;

/** A model cannot be distilled against; the text names the node that stops it, where one does. */
export class ImportError extends Error {
  override readonly name = "ImportError";
  readonly node: FileNode | undefined;

  constructor(reason: string, node?: FileNode) {
    super(node ? `${nodeLabel(node)}: ${reason}` : reason);
    this.node = node;
  }
}
