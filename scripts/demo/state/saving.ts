/** Downloads of what was made in the page. */
import type { SaveActions } from "../components/SaveButtons.tsx";
import { download } from "../files/download.ts";
import { imageSheet } from "../files/imageSheet.ts";
import type { Desk } from "./desk.ts";

export function saveActions({ store }: Desk): SaveActions {
  return {
    async images() {
      const { pixels, shape } = store.state.run;
      if (pixels) download("distilled-images.png", await imageSheet({ pixels, shape }));
    },
    bundle() {},
  };
}
