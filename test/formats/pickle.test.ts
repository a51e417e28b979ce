import { expect, test } from "vitest";
import {
  type PickleGlobal,
  type PickleMeanings,
  PickleTuple,
  unpickle,
} from "../../src/formats/pickle.ts";
import { expectCleanErrors } from "./mutations.ts";
import { Call, Global, Persistent, pickle, Tuple, WithState } from "./pickleBytes.ts";

const meanings: PickleMeanings = {
  globals: new Map<string, PickleGlobal>([
    ["fractions.Fraction", { name: "fractions.Fraction", call: ([a, b]) => ({ ratio: [a, b] }) }],
    ["torch.FloatStorage", { name: "torch.FloatStorage" }],
  ]),
  advice: "Save data alone.",
  persistent: (id) => ({ stored: id }),
};
const read = (value: unknown) => unpickle(pickle(value), meanings);
const bytesOf = (...parts: readonly (string | number)[]) =>
  new Uint8Array(
    Buffer.concat(
      parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.of(part))),
    ),
  );
const raw = (...parts: readonly (string | number)[]) => unpickle(bytesOf(...parts), meanings);

test("plain data are read", () => {
  const value = new Map<unknown, unknown>([
    ["numbers", [0, -3, 2 ** 30, 0.1]],
    [7, null],
    ["größe", new Map([["yes", true]])],
  ]);
  expect(read(value)).toEqual(value);
  expect(read(new Tuple(1, new Tuple(), "x"))).toEqual(
    new PickleTuple([1, new PickleTuple([]), "x"]),
  );
});

test("long numbers keep their value", () => {
  expect(raw(0x80, 2, 0x8a, 0, ".")).toBe(0);
  expect(raw(0x80, 2, 0x8a, 2, 0xff, 0xff, ".")).toBe(-1);
  expect(raw(0x80, 2, 0x8a, 5, 0, 0, 0, 0, 1, ".")).toBe(2 ** 32);
  expect(raw(0x80, 2, 0x8a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1, ".")).toBe(2n ** 64n);
});

test("an object that was remembered is the same object again, also within itself", () => {
  const list = raw("]", "q", 0, "h", 0, "a", "h", 0, "a", ".") as unknown[];
  expect(list).toHaveLength(2);
  expect(list[0]).toBe(list);
});

test("named functions with a meaning are called, persistent ids asked for", () => {
  expect(read(new Call(new Global("fractions", "Fraction"), 1, 3))).toEqual({ ratio: [1, 3] });
  expect(read(new Persistent("storage"))).toEqual({ stored: "storage" });
});

test("attributes of dictionaries are passed over", () => {
  expect(read(new WithState(new Map([["a", 1]]), new Map([["_metadata", 2]])))).toEqual(
    new Map([["a", 1]]),
  );
});

test.each([
  ["os.system", new Call(new Global("os", "system"), "echo")],
  ["builtins.eval", new Call(new Global("builtins", "eval"), "1")],
  ["posix.system", new Global("posix", "system")],
  ["fractions.fraction", new Global("fractions", "fraction")],
])("%s is refused by name", (name, value) => {
  expect(() => read(value)).toThrow(
    `The pickle asks for ${name}, which is neither read nor run; known are fractions.Fraction, torch.FloatStorage. Save data alone.`,
  );
});

test.each([
  ["nothing", [], "cut off: 1 bytes are needed at byte 0"],
  ["no end", [0x80, 2, "N"], "cut off: 1 bytes are needed at byte 3"],
  ["text cut off", ["X", 9, 0, 0, 0, "abc"], "cut off: 9 bytes are needed at byte 5"],
  ["text of 4 GiB", ["X", 255, 255, 255, 255], "cut off: 4294967295 bytes"],
  ["text that is no UTF-8", ["U", 1, 0xff, "."], "a text is not UTF-8"],
  ["another protocol", [0x80, 4], "has protocol 4; expected at most 2"],
  ["a name without an end", ["cos"], "a name at byte 1 has no end"],
  ["an unknown instruction", [0x80, 2, 0x81], "byte 2 is the instruction 0x81"],
  ["an empty stack", ["."], "byte 1 takes a value, but there is none"],
  ["values below a mark", ["N(."], "takes a value, but there is none"],
  ["no mark", ["t"], "goes back to a mark, there is none"],
  ["an unknown memory", ["h", 3], "recalls 3, never remembered"],
  ["a list that is none", ["N", "N", "a"], "appends to what is no list"],
  ["a dictionary that is none", ["]", "N", "N", "s"], "sets items of what is no dictionary"],
  ["an odd item", ["}(Nu"], "sets items of what is no dictionary"],
  ["a call of data", ["N)R"], "calls what cannot be called"],
  ["a call of a class", ["ctorch\nFloatStorage\n)R"], "calls what cannot be called"],
  ["a call without arguments", ["cfractions\nFraction\nNR"], "calls what cannot be called"],
  ["attributes of a number", ["NNb"], "gives attributes to what is no dictionary"],
])("a pickle with %s is refused", (_, parts, message) => {
  expect(() => raw(...(parts as (string | number)[]))).toThrow(message);
});

test("cut-off and changed pickles give clean errors", async () => {
  const value = new Map<unknown, unknown>([
    ["call", new Call(new Global("fractions", "Fraction"), 1, 3)],
    ["list", [1, 0.5, "text", null, new Tuple(true, new Persistent("id"))]],
    ["state", new WithState(new Map([["a", 1]]), new Map())],
  ]);
  await expectCleanErrors(pickle(value), (bytes) => unpickle(bytes, meanings));
});
