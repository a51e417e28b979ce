/** Pickles of protocol 2, as Python's pickler writes them. */

export class Tuple {
  readonly items: readonly unknown[];
  constructor(...items: readonly unknown[]) {
    this.items = items;
  }
}

/** A class or function, by module and name. */
export class Global {
  readonly path: readonly [string, string];
  constructor(...path: readonly [string, string]) {
    this.path = path;
  }
}

/** What a function gives for arguments. */
export class Call {
  readonly callee: Global;
  readonly args: Tuple;
  constructor(callee: Global, ...args: readonly unknown[]) {
    this.callee = callee;
    this.args = new Tuple(...args);
  }
}

/** What is stored elsewhere. */
export class Persistent {
  readonly id: unknown;
  constructor(id: unknown) {
    this.id = id;
  }
}

/** A dictionary with attributes. */
export class WithState {
  readonly value: unknown;
  readonly state: unknown;
  constructor(value: unknown, state: unknown) {
    this.value = value;
    this.state = state;
  }
}

/** Maps are dictionaries, arrays lists, whole numbers ints and others floats. */
export const pickle = (value: unknown): Uint8Array =>
  new Uint8Array(Buffer.concat([Buffer.of(0x80, 2), encode(value), Buffer.from(".")]));

function encode(value: unknown): Buffer {
  if (value === null) return Buffer.from("N");
  if (typeof value === "boolean") return Buffer.of(value ? 0x88 : 0x89);
  if (typeof value === "number") return numberOf(value);
  if (typeof value === "string")
    return Buffer.concat([sized("X", Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Global) return Buffer.from(`c${value.path.join("\n")}\n`);
  if (value instanceof Tuple) return between("(", value.items, "t");
  if (value instanceof Call) return between("", [value.callee, value.args], "R");
  if (value instanceof Persistent) return between("", [value.id], "Q");
  if (value instanceof WithState) return between("", [value.value, value.state], "b");
  if (value instanceof Map) return between("}(", [...value].flat(), "u");
  if (Array.isArray(value)) return between("](", value, "e");
  throw new Error("not to be pickled");
}

const between = (start: string, items: readonly unknown[], end: string): Buffer =>
  Buffer.concat([Buffer.from(start), ...items.map(encode), Buffer.from(end)]);

function numberOf(value: number): Buffer {
  if (Number.isInteger(value)) return sized("J", value);
  const bytes = Buffer.alloc(9, "G");
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

function sized(instruction: string, size: number): Buffer {
  const bytes = Buffer.alloc(5, instruction);
  bytes.writeInt32LE(size, 1);
  return bytes;
}
