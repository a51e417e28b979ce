/** Downloads of what was made in the page. */
import { encodeZip } from "../../../src/formats/zipWrite.ts";
import type { SaveActions } from "../components/SaveButtons.tsx";
import { download } from "../files/download.ts";
import { imageSheet } from "../files/imageSheet.ts";
import type { Desk } from "./desk.ts";

export function saveActions(desk: Desk): SaveActions {
  const { store } = desk;
  return {
    async images() {
      const { pixels, shape } = store.state.run;
      if (pixels) download("distilled-images.png", await imageSheet({ pixels, shape }));
    },
    async bundle() {
      store.update(() => ({ saving: { busy: true }, announcement: "Making the bundle." }));
      try {
        const files = await desk.workbench!.bundle(desk.run!);
        download("distilled-bundle.zip", new Blob([encodeZip(files)], { type: "application/zip" }));
        store.update(() => ({ saving: { busy: false }, announcement: "The bundle is saved." }));
      } catch (error) {
        const { message } = error as Error;
        store.update(() => ({ saving: { busy: false, message } }));
      }
    },
  };
}
