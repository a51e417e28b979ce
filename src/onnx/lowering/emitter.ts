/** Collects ONNX nodes; equal nodes and constants are emitted once. */
import type { Attribute, OnnxNode, OnnxTensor } from "../model.ts";

export class Emitter {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  readonly #known = new Map<string, readonly string[]>();
  readonly #taken = new Set<string>();
  #count = 0;

  /** Emits a node with one output and returns the output's name. */
  node(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = "",
  ): string {
    return this.outputs(opType, inputs, attributes, 1, domain)[0]!;
  }

  /** Emits a node with `count` outputs. */
  outputs(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
    count: number,
    domain = "",
  ): readonly string[] {
    const key = `${domain} ${opType}(${inputs.join()})${JSON.stringify(attributes)}${count}`;
    const known = this.#known.get(key);
    if (known) return known;
    const name = `${opType}_${this.#count++}`;
    const outputs = Array.from({ length: count }, (_, i) =>
      this.#free(i === 0 ? name : `${name}_${i}`),
    );
    this.nodes.push({ name, opType, domain, inputs, outputs, attributes });
    this.#known.set(key, outputs);
    return outputs;
  }

  /** Emits an Identity so that a value can be read under `name`. */
  rename(value: string, name: string): void {
    this.nodes.push({
      name: `output ${name}`,
      opType: "Identity",
      domain: "",
      inputs: [value],
      outputs: [name],
      attributes: {},
    });
  }

  floats(data: readonly number[], shape: readonly number[]): string {
    return this.#initializer("float32", data, shape);
  }

  scalar(value: number): string {
    return this.floats([value], []);
  }

  /** A one-dimensional int64 constant: a shape, axes or positions. */
  ints(data: readonly number[]): string {
    return this.#initializer("int64", data, [data.length]);
  }

  /** An int64 constant of any shape. */
  indices(data: readonly number[], shape: readonly number[]): string {
    return this.#initializer("int64", data, shape);
  }

  /** Names of graph inputs and outputs, which nothing else may take. */
  reserve(name: string): void {
    this.#taken.add(name);
  }

  #initializer(
    dtype: OnnxTensor["dtype"],
    data: readonly number[],
    shape: readonly number[],
  ): string {
    const key = `${dtype}[${shape}]${data}`;
    const known = this.#known.get(key);
    if (known) return known[0]!;
    const name = this.#free(`constant_${this.initializers.length}`);
    this.initializers.push({ name, dtype, shape, data });
    this.#known.set(key, [name]);
    return name;
  }

  #free(name: string): string {
    let free = name;
    for (let i = 1; this.#taken.has(free); i++) free = `${name}_${i}`;
    this.#taken.add(free);
    return free;
  }
}
