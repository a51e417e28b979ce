import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { BUDGET, bundleSize } from "../scripts/size.ts";

test("bundled for a page, library and worker reach no module of Node and keep the size budget", async () => {
  const entry = fileURLToPath(new URL("../src/index.web.ts", import.meta.url));
  const { scripts, nodeModules } = await bundleSize(entry);
  expect(nodeModules).toEqual([]);
  expect(scripts.map(({ script }) => script).sort()).toEqual(["library", "worker"]);
  for (const { script, kilobytes } of scripts) {
    expect(kilobytes, script).toBeGreaterThan(10);
    expect(kilobytes, script).toBeLessThanOrEqual(BUDGET);
  }
});
