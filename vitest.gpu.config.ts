import { defineConfig } from "vitest/config";

/** `npm run test:gpu`: the short tests of GPUs, which `npm test` has too, and the long ones. */
export default defineConfig({
  test: {
    include: ["test/gpu/**/*.test.ts", "test/gpu/**/*.gpu.ts", "test/onnx/kernelSessions.test.ts"],
    testTimeout: 600_000,
    pool: "forks",
    // Files that take turns do not share the adapter.
    fileParallelism: false,
    reporters: ["default", "./test/closingReporter.ts"],
  },
});
