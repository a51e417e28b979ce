import { afterAll, expect, test } from "vitest";
import { firstFlip } from "../scripts/firstFlip.ts";
import { add, input, maxPool2d, mul, relu } from "../src/ir/builders/index.ts";
import type { Value } from "../src/ir/value.ts";
import { inlineExecutor } from "../src/runtime/executor.ts";

const cpu = inlineExecutor({ device: "cpu", threads: 1 });
afterAll(() => cpu.close());

const [a, b] = [input("a", [1, 1, 2, 2]), input("b", [1, 1, 2, 2])];
const feeds = (...second: number[]) =>
  new Map([
    ["a", Float32Array.of(1, -1, 1, 1)],
    ["b", Float32Array.from(second)],
  ]);
const flip = (value: Value, ...second: number[]) =>
  firstFlip(
    { name: "test", inputs: [a, b], outputs: [{ name: "y", value }] },
    cpu,
    feeds(...second),
  );

/** Half the distance of float32 numbers at one, and less, is lost when it is added. */
const LOST = 2 ** -26;
const tiny = add(add(a, b), mul(a, -1));

test("a ReLU that float32 closes is named with what it sees", async () => {
  expect(await flip(relu(tiny), 0.5, 0.5, LOST, 0)).toBe(
    `ReLU over [1,1,2,2], unit 2: float64 sees ${LOST}, float32 0`,
  );
});

test("a max-pool that chooses another entry is named with both", async () => {
  expect(await flip(maxPool2d(add(a, b), [2, 2], { strides: [2, 2] }), 0, 0, 0, LOST)).toMatch(
    /^max-pool over \[1,1,1,1\], unit 0: float64 chooses entry 3, float32 0$/,
  );
});

test("where nothing decides differently, or there is nothing to decide, that is said", async () => {
  expect(await flip(relu(tiny), 0.5, 0.5, 0.5, 0.5)).toBe(
    "no ReLU or max-pool decides differently",
  );
  expect(await flip(tiny, 0, 0, 0, LOST)).toBe("no ReLU or max-pool decides differently");
});
