/** One line of progress on stderr: redrawn in place on a terminal, else written now and then. */
import type { CommandContext, CommonOptions } from "./command.ts";

export interface ProgressLine {
  /** Shows a state; most calls write nothing, so they may come often. */
  update(text: string): void;
  /** Writes a line that stays. */
  message(text: string): void;
  /** Takes the line away again. */
  done(): void;
}

const REDRAW_MS = 100;
const PLAIN_MS = 5000;
const CLEAR = "\r\x1b[2K";

export function createProgressLine(
  { stderr }: Pick<CommandContext, "stderr">,
  { quiet }: Pick<CommonOptions, "quiet">,
  now: () => number = () => performance.now(),
): ProgressLine {
  const terminal = stderr.isTTY === true;
  let writtenAt = now();
  let shown = false;
  return {
    update(text) {
      if (quiet || now() - writtenAt < (terminal ? REDRAW_MS : PLAIN_MS)) return;
      const line = [...text].slice(0, Math.max(0, (stderr.columns || 80) - 1)).join("");
      stderr.write(terminal ? CLEAR + line : `${text}\n`);
      writtenAt = now();
      shown = terminal;
    },
    message(text) {
      if (quiet) return;
      stderr.write(`${shown ? CLEAR : ""}${text}\n`);
      shown = false;
    },
    done() {
      if (shown) stderr.write(CLEAR);
      shown = false;
    },
  };
}
