/** A pen that is led by keys: arrows move it, the space bar sets it down and lifts it. */
import { begun, extended, type Position, type Stroke } from "./strokes.ts";

export interface Pen {
  readonly at: Position;
  readonly down: boolean;
}

export interface Drawing {
  readonly strokes: readonly Stroke[];
  readonly pen: Pen;
}

export const emptyDrawing: Drawing = { strokes: [], pen: { at: { x: 50, y: 20 }, down: false } };

const STEP = 4;
const DIRECTIONS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

const CLEARING = ["Escape", "Delete", "Backspace"];

/** Whether a key means something to the pen. */
export const isPenKey = (key: string): boolean =>
  key === " " || key in DIRECTIONS || CLEARING.includes(key);

/** The drawing after a key; the same one after a key that means nothing to the pen. */
export function afterKey(drawing: Drawing, key: string): Drawing {
  const { strokes, pen } = drawing;
  if (key === " ") {
    return {
      strokes: pen.down ? strokes : begun(strokes, pen.at),
      pen: { ...pen, down: !pen.down },
    };
  }
  if (CLEARING.includes(key)) return { strokes: [], pen: { ...pen, down: false } };
  const direction = DIRECTIONS[key];
  if (!direction) return drawing;
  const at = {
    x: Math.min(96, Math.max(4, pen.at.x + STEP * direction[0])),
    y: Math.min(96, Math.max(4, pen.at.y + STEP * direction[1])),
  };
  return { strokes: pen.down ? extended(strokes, at) : strokes, pen: { ...pen, at } };
}
