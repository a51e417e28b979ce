/** Downloads of what was made in the page. */
import type { Run } from "../state/run.ts";

export interface SaveActions {
  images(): void;
  bundle(): void;
}

interface Props {
  readonly run: Run;
  readonly actions: SaveActions;
}

export function SaveButtons({ run, actions }: Props) {
  return (
    <div class="row save">
      <button type="button" onClick={actions.images} disabled={!run.pixels}>
        Save images <span class="soft">PNG</span>
      </button>
      <button type="button" onClick={actions.bundle} disabled={run.stage !== "finished"}>
        Save bundle <span class="soft">zip</span>
      </button>
      {run.stage !== "finished" && (
        <span class="small soft">The bundle is ready when the run is finished.</span>
      )}
    </div>
  );
}
