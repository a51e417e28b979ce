/** Progress on stderr: one line redrawn in place on a terminal, else a plain line now and then. */

import { createPace } from "../distill/pace.ts";
import { formatClock, formatCount, formatNumber } from "./format.ts";
import { createLossHistory } from "./lossHistory.ts";

/** Progress after an outer iteration; iterations count from 1. */
export interface StatusState {
  readonly iteration: number;
  readonly iterations: number;
  readonly loss: number;
  readonly note?: string;
}

export interface StatusOptions {
  readonly stream: { write(text: string): unknown };
  readonly isTTY: boolean;
  /** Width of the terminal in characters; a function is asked at each redraw. */
  readonly columns: number | (() => number);
  /** Writes nothing at all. */
  readonly quiet: boolean;
  /** Milliseconds of a clock that only moves forward. */
  readonly now: () => number;
}

export interface Status {
  update(state: StatusState): void;
  /** Writes lines of text above the status line. */
  message(text: string): void;
  /** Leaves the last state as a finished line; later calls only write messages. */
  done(): void;
}

const REDRAW_MS = 100;
const PLAIN_MS = 5000;
const CLEAR = "\r\x1b[2K";
const GAP = "  ";
const MIN_BARS = 4;

/** Shortens text to `columns` characters, with "…" in place of what is missing. */
function truncate(text: string, columns: number): string {
  const characters = [...text];
  if (characters.length <= columns) return text;
  return columns > 0 ? `${characters.slice(0, columns - 1).join("")}…` : "";
}

/** Iterations per second, or seconds per iteration where that is the larger number. */
function formatPace(perSecond: number): string {
  return perSecond >= 1 ? `${perSecond.toFixed(1)} it/s` : `${(1 / perSecond).toFixed(1)} s/it`;
}

/** A status display; see StatusOptions for what it writes to and when. */
export function createStatus(options: StatusOptions): Status {
  const { stream, isTTY, quiet, now } = options;
  const pace = createPace();
  const history = createLossHistory();
  let state: StatusState | undefined;
  let writtenAt = Number.NEGATIVE_INFINITY;
  let written: StatusState | undefined;
  let finished = false;

  const columns = () => {
    const width = typeof options.columns === "function" ? options.columns() : options.columns;
    return width > 0 ? width : 80;
  };

  function facts({ iteration, iterations, loss, note }: StatusState): string {
    const perSecond = pace.perSecond();
    const parts = [
      `iteration ${formatCount(iteration)}/${formatCount(iterations)}`,
      `loss ${formatNumber(loss)}`,
    ];
    if (perSecond !== undefined) {
      parts.push(formatPace(perSecond));
      if (iteration < iterations) {
        parts.push(`ETA ${formatClock((iterations - iteration) / perSecond)}`);
      }
    }
    if (note) parts.push(note.replaceAll(/\p{Cc}+/gu, " "));
    return parts.join(GAP);
  }

  function line(current: StatusState): string {
    const text = facts(current);
    const room = columns() - 1;
    const left = room - [...text].length - GAP.length;
    const bars = history.bars(left);
    return [...bars].length >= MIN_BARS ? text + GAP + bars : truncate(text, room);
  }

  function write(current: StatusState): void {
    stream.write(isTTY ? CLEAR + line(current) : `${facts(current)}\n`);
    written = current;
    writtenAt = now();
  }

  return {
    update(next) {
      if (quiet || finished) return;
      state = next;
      pace.add(now(), next.iteration);
      history.add(now(), next.loss);
      if (now() - writtenAt >= (isTTY ? REDRAW_MS : PLAIN_MS)) write(next);
    },
    message(text) {
      if (quiet) return;
      const shown = isTTY && !finished && state !== undefined;
      stream.write(`${shown ? CLEAR : ""}${text}\n`);
      if (shown) write(state!);
    },
    done() {
      if (quiet || finished) return;
      finished = true;
      if (state === undefined) return;
      if (isTTY || written !== state) write(state);
      if (isTTY) stream.write("\n");
    },
  };
}
