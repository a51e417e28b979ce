import { describe, expect, test } from "vitest";
import { createStatus, type StatusOptions } from "../../src/cli/statusLine.ts";

function harness(options: Partial<StatusOptions> = {}) {
  let time = 0;
  let text = "";
  const status = createStatus({
    stream: { write: (part) => (text += part) },
    isTTY: true,
    columns: 100,
    quiet: false,
    now: () => time,
    ...options,
  });
  return {
    status,
    wait: (milliseconds: number) => (time += milliseconds),
    /** What was written since the last call. */
    take: () => {
      const taken = text;
      text = "";
      return taken;
    },
  };
}

/** Runs iterations `from`..`to` at one per `spacing` ms with a falling loss. */
function iterate(
  { status, wait }: ReturnType<typeof harness>,
  from: number,
  to: number,
  spacing: number,
) {
  for (let iteration = from; iteration <= to; iteration++) {
    wait(spacing);
    status.update({ iteration, iterations: 4000, loss: 100 / iteration });
  }
}

const CLEAR = "\r\x1b[2K";

describe("on a terminal", () => {
  test("shows counts, loss, speed, time left and a sparkline on one line", () => {
    const shown = harness();
    iterate(shown, 1, 200, 50);
    const last = shown.take().split(CLEAR).at(-1)!;
    expect(last).toBe("iteration 199/4,000  loss 0.503  20.0 it/s  ETA 3:10  █▂▂▁▁▁▁▁▁▁");
  });

  test("redraws in place and at most ten times a second", () => {
    const shown = harness();
    iterate(shown, 1, 1000, 1);
    const text = shown.take();
    expect(text).not.toContain("\n");
    expect(text.split(CLEAR)).toHaveLength(11);
  });

  test("never fills the last column, whatever the width", () => {
    for (let columns = 1; columns < 90; columns++) {
      const shown = harness({ columns });
      iterate(shown, 1, 30, 500);
      for (const line of shown.take().split(CLEAR)) {
        expect([...line].length).toBeLessThan(columns);
      }
    }
  });

  test("follows the terminal when it is resized", () => {
    let columns = 100;
    const shown = harness({ columns: () => columns });
    iterate(shown, 1, 1, 200);
    columns = 12;
    shown.take();
    iterate(shown, 2, 2, 200);
    expect(shown.take()).toBe(`${CLEAR}iteration …`);
  });

  test("writes messages above the line and draws the line again", () => {
    const shown = harness();
    shown.status.message("loading");
    expect(shown.take()).toBe("loading\n");
    shown.status.update({ iteration: 1, iterations: 2, loss: 2.5 });
    shown.take();
    shown.status.message("checkpoint written");
    expect(shown.take()).toBe(`${CLEAR}checkpoint written\n${CLEAR}iteration 1/2  loss 2.5`);
  });

  test("leaves the last state as a finished line, once", () => {
    const shown = harness();
    shown.status.update({ iteration: 1, iterations: 2, loss: 2.5 });
    shown.wait(10);
    shown.status.update({ iteration: 2, iterations: 2, loss: 1.25, note: "evaluating\n\x1b[31m" });
    shown.take();
    shown.status.done();
    expect(shown.take()).toBe(`${CLEAR}iteration 2/2  loss 1.25  100.0 it/s  evaluating [31m\n`);
    shown.status.done();
    shown.status.update({ iteration: 3, iterations: 2, loss: 1 });
    expect(shown.take()).toBe("");
    shown.status.message("bye");
    expect(shown.take()).toBe("bye\n");
  });

  test("gives slow iterations in seconds each", () => {
    const shown = harness();
    iterate(shown, 1, 3, 20_000);
    expect(shown.take()).toContain("20.0 s/it  ETA 22:12:20");
  });

  test("measures speed from where a resumed run begins", () => {
    const shown = harness();
    iterate(shown, 3001, 3101, 100);
    expect(shown.take().split(CLEAR).at(-1)).toContain("10.0 it/s  ETA 1:30");
  });

  test("forgets a slow start", () => {
    const shown = harness();
    iterate(shown, 1, 2, 60_000);
    iterate(shown, 3, 402, 100);
    expect(shown.take().split(CLEAR).at(-1)).toContain("10.0 it/s");
  });

  test("shows a loss that is not a number", () => {
    const shown = harness();
    for (let iteration = 1; iteration < 9; iteration++) {
      shown.wait(1000);
      shown.status.update({ iteration, iterations: 9, loss: iteration === 4 ? Number.NaN : 9 });
    }
    const text = shown.take();
    expect(text).toContain("loss NaN");
    expect(text).toMatch(/▅▅▅ ▅▅▅▅$/);
  });
});

describe("elsewhere", () => {
  test("writes plain lines at once, every five seconds and at the end", () => {
    const shown = harness({ isTTY: false });
    iterate(shown, 1, 120, 100);
    shown.status.done();
    const text = shown.take();
    expect(text).not.toMatch(/[\r\u2581-\u2588]/);
    expect(text).not.toContain("\x1b");
    const reached = text
      .trimEnd()
      .split("\n")
      .map((line) => line.split(/[ /]/)[1]);
    expect(reached).toEqual(["1", "51", "101", "120"]);
  });

  test("does not repeat the last line", () => {
    const shown = harness({ isTTY: false });
    iterate(shown, 1, 1, 100);
    shown.status.done();
    expect(shown.take().split("\n")).toHaveLength(2);
  });

  test("writes nothing when quiet", () => {
    for (const isTTY of [true, false]) {
      const shown = harness({ isTTY, quiet: true });
      iterate(shown, 1, 99, 1000);
      shown.status.message("hello");
      shown.status.done();
      expect(shown.take()).toBe("");
    }
  });
});
