/** Tests in a real browser: `npm run test:browser`. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/browser/**/*.test.ts"],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: "forks",
    // One browser at a time: they measure what two cores give.
    maxWorkers: 1,
    globalSetup: "./test/browser/buildPage.ts",
    reporters: ["default", "./test/closingReporter.ts"],
    onConsoleLog: (line) => !/^skipped: /i.test(line),
  },
});
