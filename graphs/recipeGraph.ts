/** Graphs whose inputs and outputs carry the roles of the manifest. */
import { input } from "../src/ir/builders/index.ts";
import type { Graph } from "../src/ir/graph.ts";
import type { Shape } from "../src/ir/ops.ts";
import type { Value } from "../src/ir/value.ts";
import type { Network } from "./network.ts";

/** What an input or output is for; tensors of parameters also carry the parameter's own name. */
export interface Port {
  readonly name: string;
  readonly role: string;
  readonly parameter?: string;
  readonly value: Value;
}

export interface RecipeGraph {
  readonly name: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

/** An input or output whose role is its name. */
export const port = (role: string, value: Value): Port => ({ name: role, role, value });

export const inputPort = (role: string, shape: Shape): Port => port(role, input(role, shape));

/** One port per parameter; parameters themselves keep their bare names as tensor names. */
export function parameterPorts(role: string, network: Network, values: readonly Value[]): Port[] {
  return network.parameters.map(({ name: parameter }, i) => ({
    name: role === "parameter" ? parameter : `${role}.${parameter}`,
    role,
    parameter,
    value: values[i]!,
  }));
}

/** Inputs for a tensor per parameter under the given role. */
export const parameterInputs = (role: string, network: Network): Port[] =>
  parameterPorts(
    role,
    network,
    network.parameters.map(({ name, shape }) =>
      input(role === "parameter" ? name : `${role}.${name}`, shape),
    ),
  );

export const bufferInputs = (network: Network): Port[] =>
  network.buffers.map(({ name, shape }) => ({
    name,
    role: "buffer",
    parameter: name,
    value: input(name, shape),
  }));

export const valuesOf = (ports: readonly Port[]): Value[] => ports.map(({ value }) => value);

/** The bare computation, for the passes and the lowering. */
export const toGraph = ({ name, inputs, outputs }: RecipeGraph): Graph => ({
  name,
  inputs: valuesOf(inputs) as Value<"input">[],
  outputs: outputs.map((output) => ({ name: output.name, value: output.value })),
});
