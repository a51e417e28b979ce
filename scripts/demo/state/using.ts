/** A network trained on the images of now, and what it reads. */
import type { UseActions } from "../components/UseSection.tsx";
import type { Drawing } from "../drawing/keyboardPen.ts";
import { sampleDigit } from "../drawing/sampleDigit.ts";
import { toImage } from "../drawing/strokes.ts";
import type { Desk } from "./desk.ts";

export function useActions(desk: Desk): UseActions {
  const { store } = desk;
  let variant = 0;
  let reading = false;

  /** Reads the drawing of now; while one is being read, the next one waits and those between are left out. */
  async function read(): Promise<void> {
    const { strokes } = store.state.drawing;
    const image = toImage(strokes);
    store.update(({ reading }) => ({ reading: image ? { ...reading, image } : {} }));
    if (!image || !desk.network || reading) return;
    reading = true;
    try {
      const probabilities = await desk.workbench!.classify(desk.network, image);
      store.update(() => ({ reading: { image, probabilities }, ...spoken(probabilities) }));
    } catch (error) {
      const { message } = error as Error;
      store.update(() => ({ training: { stage: "failed", message } }));
    } finally {
      reading = false;
    }
    if (store.state.drawing.strokes !== strokes) await read();
  }

  function spoken(probabilities: Float32Array): { announcement: string } {
    const most = probabilities.indexOf(Math.max(...probabilities));
    const name = store.state.run.classes[most];
    return {
      announcement: `It reads ${name}, ${Math.round(probabilities[most]! * 100)} per cent.`,
    };
  }

  function draw(change: (drawing: Drawing) => Drawing): void {
    const { strokes } = store.state.drawing;
    store.update(({ drawing }) => ({ drawing: change(drawing) }));
    if (store.state.drawing.strokes !== strokes) void read();
  }

  return {
    async train() {
      const distilled = desk.run;
      if (!distilled) return;
      store.update(() => ({ training: { stage: "training" } }));
      try {
        const network = await desk.workbench!.train({ distilled });
        const { accuracy, seconds } = network;
        desk.network = network;
        const before = store.state.run.result?.before.mean;
        store.update(() => ({
          training: { stage: "trained", before, accuracy, seconds },
          announcement:
            accuracy === undefined
              ? "Trained."
              : `Trained: ${(accuracy * 100).toFixed(1)} per cent of test images are read correctly.`,
        }));
        await read();
      } catch (error) {
        store.update(() => ({ training: { stage: "failed", message: (error as Error).message } }));
      }
    },
    draw,
    clear: () => draw((drawing) => ({ ...drawing, strokes: [] })),
    sample: (digit) => draw((drawing) => ({ ...drawing, strokes: sampleDigit(digit, ++variant) })),
  };
}
