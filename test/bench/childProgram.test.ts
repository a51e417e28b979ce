import { expect, test } from "vitest";
import { ChildProgram } from "../../src/bench/childProgram.ts";

/** Doubles the iterations; complains about 13 and breaks down at 0. */
const source = `
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { iterations } = JSON.parse(line);
  if (iterations === 0) throw new Error("no work");
  const reply = iterations === 13 ? { error: "bad luck" } : { result: 2 * iterations };
  process.stdout.write(JSON.stringify(reply) + "\\n");
});`;

const start = (): ChildProgram => ChildProgram.lines("doubler", process.execPath, ["-e", source]);
const run = (iterations: number) => ({ kind: "run", iterations }) as const;

test("a program answers one request after the other until it is closed", async () => {
  const program = start();
  expect(await program.ask(run(3))).toBe(6);
  await expect(program.ask(run(13))).rejects.toThrow("doubler: bad luck");
  expect(await program.ask(run(4))).toBe(8);
  await program.close();
});

test("a program that breaks down is reported with what it wrote last", async () => {
  const program = start();
  await expect(program.ask(run(0))).rejects.toThrow(/doubler: ended with exit code 1.*no work/s);
  await expect(program.ask(run(1))).rejects.toThrow("doubler: ended");
  await program.close();
});

test("a program that cannot be started is reported", async () => {
  const program = ChildProgram.lines("nothing", "/does/not/exist", []);
  await expect(program.ask(run(1))).rejects.toThrow(/nothing: .*ENOENT/);
  await program.close();
});
