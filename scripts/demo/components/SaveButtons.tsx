/** Downloads of what was made in the page. */
import type { PageState } from "../state/pageState.ts";
import { Notice } from "./Notice.tsx";

export interface SaveActions {
  images(): void;
  bundle(): void;
}

interface Props extends Pick<PageState, "run" | "saving"> {
  readonly actions: SaveActions;
}

export function SaveButtons({ run, saving, actions }: Props) {
  return (
    <div class="row save">
      <button type="button" onClick={actions.images}>
        Save images <span class="soft">PNG</span>
      </button>
      <button
        type="button"
        onClick={actions.bundle}
        disabled={run.stage !== "finished" || saving.busy}
      >
        Save bundle <span class="soft">zip</span>
      </button>
      {run.stage !== "finished" && (
        <span class="small soft">The bundle is ready when the run is finished.</span>
      )}
      <Notice message={saving.message} bad />
    </div>
  );
}
