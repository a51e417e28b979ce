/** Which nodes of a model an execution provider cannot compute. */
import { kernels, type Provider } from "./kernels.ts";
import type { OnnxDType, OnnxNode } from "./model.ts";
import type { ElementType, ModelFile } from "./modelFile.ts";

type TypedTensor = { readonly name: string; readonly dtype: OnnxDType | ElementType };
type TypedNode = Pick<OnnxNode, "opType" | "domain" | "inputs" | "outputs"> & {
  readonly attributes: Readonly<Record<string, unknown>>;
};

/** What is looked at of a model. */
export interface TypedModel {
  readonly nodes: readonly TypedNode[];
  readonly inputs: readonly TypedTensor[];
  readonly initializers: readonly TypedTensor[];
}

/** The same of a model out of its bytes. */
export const typedModel = ({ nodes, inputs, initializers }: ModelFile): TypedModel => ({
  nodes: nodes.map((node) => ({ ...node, attributes: Object.fromEntries(node.attributes) })),
  inputs: inputs.map(({ name, type }) => ({ name, dtype: dtypeOf(type ?? "float") })),
  initializers: initializers.map(({ name, type }) => ({ name, dtype: dtypeOf(type) })),
});

const dtypeOf = (type: ElementType) => (type === "float" ? "float32" : type);

/** A sentence for each node that a provider has no kernel for, or only one that fails or errs. */
export function missingKernels(
  { nodes, inputs, initializers }: TypedModel,
  provider: Provider,
): string[] {
  const types = new Map([...inputs, ...initializers].map(({ name, dtype }) => [name, dtype]));
  const missing: string[] = [];
  for (const node of nodes) {
    const { opType, domain } = node;
    const data = types.get(node.inputs[opType === "Where" ? 1 : 0] ?? "") ?? "float32";
    const known = domain === "" ? kernels[opType] : undefined;
    const reason = known?.[data as OnnxDType]?.includes(provider)
      ? unfit[provider]?.(node)
      : `no kernel for ${opType} of ${data}`;
    if (reason) missing.push(`${node.outputs[0]}: ${reason} on ${provider}`);
    node.outputs.forEach((name, i) => {
      types.set(name, resultType(node, i, data));
    });
  }
  return missing;
}

const comparisons = new Set(["Greater", "Less", "Equal", "And", "Not"]);
const BOOL = 9;
const INT64 = 7;

function resultType<Type>(
  { opType, attributes }: TypedNode,
  output: number,
  data: Type,
): Type | OnnxDType {
  if (comparisons.has(opType)) return "bool";
  if (opType === "MaxPool" && output === 1) return "int64";
  if (opType !== "Cast") return data;
  if (attributes.to === BOOL) return "bool";
  return attributes.to === INT64 ? "int64" : "float32";
}

/** What a provider's kernel cannot do of an operator that it has. */
const unfit: Partial<Record<Provider, (node: TypedNode) => string | undefined>> = {
  webgpu({ opType, inputs, outputs, attributes }) {
    if (opType === "MaxPool" && outputs.length > 1) return "MaxPool with indices fails";
    if (opType === "ConvTranspose" && (attributes.group ?? 1) !== 1)
      return "ConvTranspose in groups is wrong for some channels";
    if ((opType === "Max" || opType === "Min") && inputs.length !== 2)
      return `${opType} takes two inputs`;
    return undefined;
  },
  cuda({ opType, attributes }) {
    const pads = (attributes.pads ?? []) as readonly number[];
    const half = pads.length / 2;
    const symmetric = pads.every((pad, i) => pad === pads[(i + half) % pads.length]);
    return opType === "ConvTranspose" && !symmetric
      ? "ConvTranspose with asymmetric pads has no kernel"
      : undefined;
  },
};
