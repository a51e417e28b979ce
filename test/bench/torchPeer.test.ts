import { expect, test } from "vitest";
import { findTorch } from "../../src/bench/torchPeer.ts";

test("a Python that cannot be started is no PyTorch", async () => {
  const found = await findTorch("/does/not/exist/python");
  expect(found).toEqual({
    missing: expect.stringMatching(/^\/does\/not\/exist\/python: .*ENOENT/),
  });
});

test("a Python without torch is no PyTorch", async () => {
  // Node fails on Python's source as a Python without the module does.
  const found = await findTorch(process.execPath);
  expect(found).toEqual({ missing: expect.stringContaining(process.execPath) });
});
