/** What is known of ONNX's operators: for each, how a node of it is translated. */
import type { FileNode } from "../../modelFile.ts";
import type { Translation } from "../node.ts";
import { activations } from "./activations.ts";
import { elementwise } from "./elementwise.ts";
import { movement } from "./movement.ts";
import { normalization } from "./normalization.ts";
import { pooling } from "./pooling.ts";
import { products } from "./products.ts";
import { reductions } from "./reduction.ts";
import { resizing } from "./resize.ts";
import { shapes } from "./shape.ts";

export const operators: Readonly<Record<string, Translation>> = {
  ...elementwise,
  ...activations,
  ...products,
  ...pooling,
  ...normalization,
  ...reductions,
  ...movement,
  ...resizing,
  ...shapes,
};

/** How a node's operator is translated; undefined where it is not known. */
export const translationOf = ({
  domain,
  opType,
}: Pick<FileNode, "domain" | "opType">): Translation | undefined =>
  domain === "" && Object.hasOwn(operators, opType) ? operators[opType] : undefined;
