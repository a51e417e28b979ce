import { expect, test } from "vitest";
import { graphicsDrivers } from "../../src/io/graphicsDrivers.ts";

test("drivers that the environment names are the ones that the loader takes", async () => {
  const { vulkan } = await graphicsDrivers({ VK_ICD_FILENAMES: "/a/one.json:/b/two.json" });
  expect(vulkan).toEqual(["/a/one.json", "/b/two.json"]);
  const both = { VK_DRIVER_FILES: "/c/three.json", VK_ICD_FILENAMES: "/a/one.json" };
  expect((await graphicsDrivers(both)).vulkan).toEqual(["/c/three.json"]);
});

test("elsewhere they are manifests, which a machine need not have", async () => {
  const { vulkan, nvidia } = await graphicsDrivers({});
  expect(vulkan.every((path) => path.endsWith(".json"))).toBe(true);
  expect(Array.isArray(nvidia)).toBe(true);
});
