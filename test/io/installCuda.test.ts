import { expect, test } from "vitest";
import { whyFailed } from "../../src/io/installCuda.ts";

test("an installer without a network says so, and what it said last", () => {
  const output = `Downloading\n${"frame\n".repeat(20)}  code: 'ENOTFOUND',\n  hostname: 'api.nuget.org'`;
  const why = whyFailed(output);
  expect(why).toContain("could not reach api.nuget.org");
  expect(why).toContain("GLOBAL_AGENT_HTTPS_PROXY");
  expect(why).toContain("hostname: 'api.nuget.org'");
  expect(why).not.toContain("Downloading");
});

test("a platform without CUDA libraries is told so", () => {
  expect(whyFailed("Error: Invalid installation: cuda12 for platform: darwin/arm64")).toContain(
    "x64 Linux only",
  );
});

test("any other failure is shown as it is", () => {
  expect(whyFailed("disk full\n")).toBe("It said last:\ndisk full");
});
