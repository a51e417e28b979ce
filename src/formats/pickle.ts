/**
 * Python's pickle format up to protocol 2, for data alone: nothing is imported, and of classes and functions only those
 * are known that the caller gives a meaning to (Python's `pickletools` documents the instructions).
 */
import { malformed, PickleMachine, type PickleMeanings } from "./pickleMachine.ts";

export type { PickleGlobal, PickleMeanings } from "./pickleMachine.ts";

/** A Python tuple; lists are plain arrays, dictionaries are maps. */
export class PickleTuple {
  readonly items: readonly unknown[];
  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}

const LAST_PROTOCOL = 2;
const STOP = 0x2e;

const instructions: Readonly<Record<number, (machine: PickleMachine) => void>> = {
  /* PROTO */ 128: (m) => expectProtocol(m.uint8()),
  /* MARK */ 40: (m) => m.mark(),
  /* POP */ 48: (m) => void m.pop(),
  /* POP_MARK */ 49: (m) => void m.popMark(),
  /* NONE */ 78: (m) => m.push(null),
  /* NEWTRUE */ 136: (m) => m.push(true),
  /* NEWFALSE */ 137: (m) => m.push(false),
  /* BININT */ 74: (m) => m.push(m.int32()),
  /* BININT1 */ 75: (m) => m.push(m.uint8()),
  /* BININT2 */ 77: (m) => m.push(m.uint16()),
  /* LONG1 */ 138: (m) => m.push(longOf(m.take(m.uint8()))),
  /* BINFLOAT */ 71: (m) => m.push(m.float64()),
  /* BINUNICODE */ 88: (m) => m.push(m.text(m.uint32())),
  /* SHORT_BINSTRING */ 85: (m) => m.push(m.text(m.uint8())),
  /* EMPTY_TUPLE */ 41: (m) => m.push(new PickleTuple([])),
  /* TUPLE1 */ 133: (m) => m.push(new PickleTuple(popAll(m, 1))),
  /* TUPLE2 */ 134: (m) => m.push(new PickleTuple(popAll(m, 2))),
  /* TUPLE3 */ 135: (m) => m.push(new PickleTuple(popAll(m, 3))),
  /* TUPLE */ 116: (m) => m.push(new PickleTuple(m.popMark())),
  /* EMPTY_LIST */ 93: (m) => m.push([]),
  /* APPEND */ 97: (m) => append(m, [m.pop()]),
  /* APPENDS */ 101: (m) => append(m, m.popMark()),
  /* EMPTY_DICT */ 125: (m) => m.push(new Map()),
  /* SETITEM */ 115: (m) => setItems(m, popAll(m, 2)),
  /* SETITEMS */ 117: (m) => setItems(m, m.popMark()),
  /* BINPUT */ 113: (m) => m.remember(m.uint8()),
  /* LONG_BINPUT */ 114: (m) => m.remember(m.uint32()),
  /* BINGET */ 104: (m) => m.push(m.recall(m.uint8())),
  /* LONG_BINGET */ 106: (m) => m.push(m.recall(m.uint32())),
  /* GLOBAL */ 99: (m) => m.push(globalNamed(m, `${m.line()}.${m.line()}`)),
  /* REDUCE */ 82: reduce,
  /* BUILD */ 98: build,
  /* BINPERSID */ 81: (m) => m.push(m.meanings.persistent(m.pop())),
};

/**
 * The object that a pickle holds: null, booleans, numbers (bigint beyond 2^53), strings, arrays, maps, `PickleTuple`,
 * and what the meanings make. Objects may contain themselves.
 *
 * @throws Error for other protocols and instructions, names without a meaning, and anything malformed.
 */
export function unpickle(bytes: Uint8Array, meanings: PickleMeanings): unknown {
  const machine = new PickleMachine(bytes, meanings);
  for (let code = machine.uint8(); code !== STOP; code = machine.uint8()) {
    const instruction = instructions[code];
    if (!instruction) {
      const hex = code.toString(16).padStart(2, "0");
      throw malformed(`byte ${machine.at - 1} is the instruction 0x${hex}, which plain data lacks`);
    }
    instruction(machine);
  }
  return machine.pop();
}

function expectProtocol(protocol: number): void {
  if (protocol <= LAST_PROTOCOL) return;
  throw new Error(
    `The pickle has protocol ${protocol}; expected at most ${LAST_PROTOCOL}, which torch.save writes by default.`,
  );
}

/** The upper `count` values, the topmost last. */
const popAll = (machine: PickleMachine, count: number): unknown[] =>
  Array.from({ length: count }, () => machine.pop()).reverse();

function append(machine: PickleMachine, values: readonly unknown[]): void {
  const list = machine.top();
  if (!Array.isArray(list)) throw malformed(`byte ${machine.at} appends to what is no list`);
  for (const value of values) list.push(value);
}

function setItems(machine: PickleMachine, items: readonly unknown[]): void {
  const map = machine.top();
  if (!(map instanceof Map) || items.length % 2 !== 0) {
    throw malformed(`byte ${machine.at} sets items of what is no dictionary`);
  }
  for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1]);
}

function globalNamed({ meanings }: PickleMachine, name: string): unknown {
  const known = meanings.globals.get(name);
  if (known) return known;
  throw new Error(
    `The pickle asks for ${name}, which is neither read nor run; known are ${[...meanings.globals.keys()].join(", ")}. ${meanings.advice}`,
  );
}

function reduce(machine: PickleMachine): void {
  const [callee, args] = popAll(machine, 2) as [{ name?: unknown; call?: unknown }, unknown];
  const known = [...machine.meanings.globals.values()].find((one) => one === callee);
  if (!known?.call || !(args instanceof PickleTuple)) {
    throw malformed(`byte ${machine.at} calls what cannot be called`);
  }
  machine.push(known.call(args.items));
}

/** Attributes of a dictionary, such as a state_dict's `_metadata`, are passed over. */
function build(machine: PickleMachine): void {
  machine.pop();
  if (!(machine.top() instanceof Map)) {
    throw malformed(`byte ${machine.at} gives attributes to what is no dictionary`);
  }
}

/** A whole number of any length, little-endian two's complement. */
function longOf(bytes: Uint8Array): number | bigint {
  const magnitude = bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  const value = BigInt.asIntN(8 * bytes.length, magnitude);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
