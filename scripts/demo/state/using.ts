/** A network trained on the images of now, and what it reads. */
import { decodePicture } from "../../../src/web/decodePicture.ts";
import type { UseActions } from "../components/UseSection.tsx";
import { fittedImage } from "../drawing/fittedImage.ts";
import type { Drawing } from "../drawing/keyboardPen.ts";
import { sampleDigit } from "../drawing/sampleDigit.ts";
import { toImage } from "../drawing/strokes.ts";
import type { Desk } from "./desk.ts";
import { subjectOf } from "./subject.ts";

export function useActions(desk: Desk): UseActions {
  const { store } = desk;
  let variant = 0;
  let reading = false;

  const fail = (error: unknown): void =>
    store.update(() => ({ training: { stage: "failed", message: (error as Error).message } }));

  /** Reads the image of now; while one is being read, the next one waits and those between are left out. */
  async function read(): Promise<void> {
    const { image } = store.state.reading;
    if (!image || !desk.network || reading) return;
    reading = true;
    try {
      const probabilities = await desk.workbench!.classify(desk.network, image);
      store.update(({ reading }) => ({ reading: { ...reading, probabilities } }));
      announce(probabilities);
    } catch (error) {
      fail(error);
    } finally {
      reading = false;
    }
    if (store.state.reading.image !== image) await read();
  }

  function announce(probabilities: Float32Array): void {
    const most = probabilities.indexOf(Math.max(...probabilities));
    const name = subjectOf(store.state).classes[most];
    const announcement = `It reads ${name}, ${Math.round(probabilities[most]! * 100)} per cent.`;
    store.update(() => ({ announcement }));
  }

  function show(image: Uint8Array | undefined): void {
    store.update(({ reading }) => ({ reading: image ? { ...reading, image } : {} }));
    void read();
  }

  function draw(change: (drawing: Drawing) => Drawing): void {
    const { strokes } = store.state.drawing;
    store.update(({ drawing }) => ({ drawing: change(drawing) }));
    if (store.state.drawing.strokes !== strokes) showDrawing();
  }

  /** The drawing in the form of the images that networks are trained on. */
  function showDrawing(): void {
    const drawn = toImage(store.state.drawing.strokes);
    show(drawn && fittedImage(drawn, subjectOf(store.state).image));
  }

  const inUse = () => (store.state.inUse === "bundle" ? desk.bundle : desk.run);

  return {
    async train() {
      const distilled = inUse();
      if (!distilled) return;
      store.update(() => ({ training: { stage: "training" } }));
      try {
        const network = await desk.workbench!.train({ distilled });
        if (inUse() !== distilled) return;
        desk.network = network;
        const { before, accuracy, seconds } = network;
        const heard =
          before === undefined || accuracy === undefined
            ? "Trained."
            : `Trained: from ${(before * 100).toFixed(1)} to ${(accuracy * 100).toFixed(1)} per cent of the test images are read correctly.`;
        store.update(() => ({
          training: { stage: "trained", before, accuracy, seconds },
          announcement: heard,
        }));
        if (subjectOf(store.state).drawable) showDrawing();
        else await read();
      } catch (error) {
        // Another run or bundle has taken the place of this one.
        if (inUse() === distilled) fail(error);
      }
    },
    draw,
    clear: () => draw((drawing) => ({ ...drawing, strokes: [] })),
    sample: (digit) => draw((drawing) => ({ ...drawing, strokes: sampleDigit(digit, ++variant) })),
    async picture(file) {
      try {
        const [channels, size] = subjectOf(store.state).image;
        show(await decodePicture(file, { size, channels: channels === 3 ? 3 : 1 }));
      } catch (error) {
        fail(error);
      }
    },
  };
}
