import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { foldable } from "../../src/onnx/import/folding.ts";
import { operators } from "../../src/onnx/import/operators/index.ts";

/** The table of docs/models.md, operators in alphabetical order. */
function table(): string {
  const translated = Object.keys(operators);
  const shapesOnly = foldable.filter((op) => !translated.includes(op));
  const row = (support: string, names: readonly string[]) =>
    `| ${support} | ${[...names].sort().join(", ")} |`;
  return [
    "| forward, first and second order | operators of ai.onnx |",
    "|---|---|",
    row("yes", translated),
    row("of shapes", shapesOnly),
  ].join("\n");
}

test("docs/models.md lists the operators of the import", () => {
  const text = readFileSync(new URL("../../docs/models.md", import.meta.url), "utf8");
  const [, listed] = /<!-- operators -->\n([\s\S]*)\n<!-- \/operators -->/.exec(text) ?? [];
  expect(listed).toBe(table());
});
