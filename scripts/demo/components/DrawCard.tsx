/** The drawing pad and digits that are written already. */
import type { Drawing } from "../drawing/keyboardPen.ts";
import { DIGITS } from "../state/run.ts";
import { DrawingPad } from "./DrawingPad.tsx";

export interface DrawActions {
  draw(change: (drawing: Drawing) => Drawing): void;
  clear(): void;
  sample(digit: number): void;
}

interface Props {
  readonly drawing: Drawing;
  readonly actions: DrawActions;
}

export function DrawCard({ drawing, actions }: Props) {
  return (
    <div class="card draw">
      <h3>Draw a digit</h3>
      <DrawingPad drawing={drawing} onDraw={actions.draw} />
      <div class="pad-side">
        <fieldset class="samples">
          <legend class="small soft">or take a written one</legend>
          {DIGITS.map((digit) => (
            <button key={digit} type="button" onClick={() => actions.sample(Number(digit))}>
              {digit}
            </button>
          ))}
          <button type="button" class="clear" onClick={actions.clear}>
            Clear
          </button>
        </fieldset>
        <p id="pad-keys" class="small soft">
          By keyboard: arrow keys lead the pen, the space bar sets it down and lifts it, Escape
          clears.
        </p>
      </div>
    </div>
  );
}
