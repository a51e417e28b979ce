/** Ends a test run with every skipped test, why it was skipped, and one line of counts. */
import type { SerializedError, UserConsoleLog } from "vitest";
import type { Reporter, TestModule, Vitest } from "vitest/node";

/** What a test file prints when it leaves tests out. */
const REASON = /^skipped: (.*)$/i;

export default class ClosingReporter implements Reporter {
  #vitest: Vitest | undefined;
  /** By test file. */
  readonly #reasons = new Map<string, Set<string>>();

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onUserConsoleLog({ content, taskId = "" }: UserConsoleLog): void {
    const file = this.#vitest?.state.idMap.get(taskId)?.file.filepath ?? "";
    const reasons = this.#reasons.get(file) ?? new Set();
    for (const line of content.split("\n")) {
      const reason = REASON.exec(line)?.[1];
      if (reason !== undefined) reasons.add(reason);
    }
    this.#reasons.set(file, reasons);
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const counts = { passed: 0, failed: errors.length, skipped: 0 };
    const skipped: string[] = [];
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      const inState = (state: string) => tests.filter((test) => test.result().state === state);
      counts.passed += inState("passed").length;
      counts.skipped += inState("skipped").length;
      // A file that fails as a whole, say to load, has no failed test.
      counts.failed += inState("failed").length || (module.state() === "failed" ? 1 : 0);
      if (inState("skipped").length === 0 || this.#vitest?.getGlobalTestNamePattern()) continue;
      skipped.push(
        ...inState("skipped").map(({ fullName }) => `${module.relativeModuleId} > ${fullName}`),
      );
      for (const reason of this.#reasons.get(module.moduleId) ?? []) skipped.push(`  ${reason}`);
    }
    const lines = [
      ...(skipped.length > 0 ? ["Skipped:", ...skipped.map((line) => `  ${line}`), ""] : []),
      `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`,
    ];
    this.#vitest?.logger.log(lines.join("\n"));
  }
}
