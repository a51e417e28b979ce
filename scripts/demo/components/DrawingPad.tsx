/** A square to draw on, by pointer, finger or keys. */
import { useRef } from "preact/hooks";
import { afterKey, type Drawing, isPenKey } from "../drawing/keyboardPen.ts";
import { begun, extended, PAD_SIZE, type Position, type Stroke } from "../drawing/strokes.ts";

interface Props {
  readonly drawing: Drawing;
  readonly onDraw: (change: (drawing: Drawing) => Drawing) => void;
}

export function DrawingPad({ drawing: { strokes, pen }, onDraw }: Props) {
  const drawn = useRef(false);
  const change = (of: (strokes: readonly Stroke[]) => readonly Stroke[]) =>
    onDraw((drawing) => ({ ...drawing, strokes: of(drawing.strokes) }));
  const onKeyDown = (event: KeyboardEvent) => {
    const { key, ctrlKey, metaKey, altKey } = event;
    if (ctrlKey || metaKey || altKey || !isPenKey(key)) return;
    event.preventDefault();
    onDraw((drawing) => afterKey(drawing, key));
  };
  return (
    <div class="pad">
      <svg
        viewBox={`0 0 ${PAD_SIZE} ${PAD_SIZE}`}
        role="application"
        aria-label="Drawing pad"
        aria-describedby="pad-keys"
        // SVG knows no tabIndex.
        tabindex={0}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          drawn.current = true;
          const at = positionOf(event, event.currentTarget);
          change((strokes) => begun(strokes, at));
        }}
        onPointerMove={(event) => {
          if (!drawn.current) return;
          const moves = event.getCoalescedEvents?.() ?? [];
          const positions = (moves.length > 0 ? moves : [event]).map((move) =>
            positionOf(move, event.currentTarget),
          );
          change((strokes) => positions.reduce(extended, strokes));
        }}
        onPointerUp={() => {
          drawn.current = false;
        }}
        onPointerCancel={() => {
          drawn.current = false;
        }}
      >
        {strokes.map((stroke, index) => (
          <path key={index} class="ink" d={pathOf(stroke)} />
        ))}
        <circle class={`pen ${pen.down ? "down" : ""}`} cx={pen.at.x} cy={pen.at.y} r="3.4" />
      </svg>
      {strokes.length === 0 && (
        <p class="pad-hint" aria-hidden="true">
          Draw a digit here
        </p>
      )}
    </div>
  );
}

function positionOf({ clientX, clientY }: PointerEvent, pad: Element): Position {
  const { left, top, width, height } = pad.getBoundingClientRect();
  return {
    x: ((clientX - left) / width) * PAD_SIZE,
    y: ((clientY - top) / height) * PAD_SIZE,
  };
}

const pathOf = (stroke: Stroke): string =>
  `M${stroke.map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}${stroke.length === 1 ? "h.01" : ""}`;
