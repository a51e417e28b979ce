import { expect, test } from "vitest";
import { keepConstant } from "../../src/runtime/feeds.ts";
import { HeldConstants } from "../../src/runtime/heldConstants.ts";

function recorded() {
  const uploaded: number[] = [];
  const disposed: number[] = [];
  const held = new HeldConstants<number>({
    upload: async (data) => {
      uploaded.push(data[0]!);
      return data[0]!;
    },
    dispose: (tensor) => void disposed.push(tensor),
  });
  return { held, uploaded, disposed };
}

const numbers = (value: number, constant: boolean): Float32Array => {
  const data = Float32Array.of(value);
  if (constant) keepConstant(data);
  return data;
};

test("a constant is uploaded when it is fed for the second time in a row, once", async () => {
  const { held, uploaded } = recorded();
  const data = numbers(3, true);
  const found = [];
  for (let i = 0; i < 4; i++) found.push(await held.get("x", data, [1]));
  expect(found).toEqual([undefined, 3, 3, 3]);
  expect(uploaded).toEqual([3]);
});

test("numbers that may change are never uploaded", async () => {
  const { held, uploaded } = recorded();
  const data = numbers(3, false);
  for (let i = 0; i < 3; i++) expect(await held.get("x", data, [1])).toBeUndefined();
  expect(uploaded).toEqual([]);
});

test("constants that take turns are not uploaded, and one takes another's place when it stays", async () => {
  const { held, uploaded, disposed } = recorded();
  const [a, b] = [numbers(1, true), numbers(2, true)];
  for (const data of [a, b, a, b]) expect(await held.get("x", data, [1])).toBeUndefined();
  expect(await held.get("x", b, [1])).toBe(2);
  expect(await held.get("x", a, [1])).toBeUndefined();
  expect(await held.get("x", b, [1])).toBe(2);
  expect(disposed).toEqual([]);
  await held.get("x", a, [1]);
  expect(await held.get("x", a, [1])).toBe(1);
  expect([uploaded, disposed]).toEqual([[2, 1], [2]]);
  held.release();
  expect(disposed).toEqual([2, 1]);
});

test("inputs are held apart", async () => {
  const { held } = recorded();
  const [a, b] = [numbers(1, true), numbers(2, true)];
  for (let i = 0; i < 2; i++) await Promise.all([held.get("x", a, [1]), held.get("y", b, [1])]);
  expect([await held.get("x", a, [1]), await held.get("y", b, [1])]).toEqual([1, 2]);
});
