import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "./temporaryFolder.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");

/** A project that has the built package among its dependencies. */
const project = temporaryFolder();
mkdirSync(join(project, "node_modules"));
symlinkSync(root, join(project, "node_modules", "onnx-distill"), "junction");

const examples = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code!);

describe("the examples", () => {
  test("there are two", () => expect(examples).toHaveLength(2));

  test.each(examples.map((code, i) => ({ code, file: `example${i + 1}.mjs` })))(
    "$file runs as printed, but for fewer iterations",
    async ({ code, file }) => {
      writeFileSync(join(project, file), code.replace(/iterations = \d+/, "iterations = 2"));
      const { stdout, stderr } = await run(process.execPath, [file], { cwd: project });
      expect(stderr).toBe("");
      expect(stdout).toMatch(/accuracy 0\.\d+ before|[1-9]\d* bytes of ONNX/);
    },
  );
});

test("every command in the table exists", async () => {
  const named = [...readme.matchAll(/^\| `onnx-distill (\w+)/gm)].map(([, command]) => command!);
  expect(named).toContain("run");
  for (const command of named) {
    const { stdout } = await run(process.execPath, [
      join(root, "dist/src/cli/main.js"),
      command,
      "--help",
    ]);
    expect(stdout).toContain(`Usage: onnx-distill ${command}`);
  }
});

test("its links to files of the repository lead somewhere", () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path]) => path!);
  const documents = links.filter((path) => path.endsWith(".md"));
  expect(documents.length).toBeGreaterThan(0);
  for (const path of documents) expect(readFileSync(join(root, path), "utf8")).not.toBe("");
});
