import { defineConfig } from "vitest/config";

/** Tests that start the built program; the others import the sources. */
const programTests = [
  "test/cli/**/*.test.ts",
  "test/runtime/workerExecutor.test.ts",
  "test/package.test.ts",
  "test/readme.test.ts",
];

/** Those of `npm run test:browser`. */
const browserTests = "test/browser/**";

export default defineConfig({
  test: {
    testTimeout: 60_000,
    pool: "forks",
    maxWorkers: 2,
    reporters: ["default", "./test/closingReporter.ts"],
    onConsoleLog: (line) => !/^skipped: /i.test(line),
    projects: [
      {
        extends: true,
        test: {
          name: "library",
          include: ["test/**/*.test.ts"],
          exclude: [...programTests, browserTests],
        },
      },
      {
        extends: true,
        test: { name: "program", include: programTests, globalSetup: "./test/freshBuild.ts" },
      },
    ],
  },
});
