import { defineConfig } from "vitest/config";

/** Tests that start the built program; the others import the sources. */
const programTests = [
  "test/cli/**/*.test.ts",
  "test/runtime/workerExecutor.test.ts",
  "test/package.test.ts",
  "test/readme.test.ts",
];

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
        test: { name: "library", include: ["test/**/*.test.ts"], exclude: programTests },
      },
      {
        extends: true,
        test: { name: "program", include: programTests, globalSetup: "./test/freshBuild.ts" },
      },
    ],
  },
});
