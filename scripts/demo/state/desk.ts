/** What the page's actions work with, besides the state that is shown. */
import type { Workbench, WorkbenchBundle, WorkbenchNetwork } from "../../../src/web/workbench.ts";
import type { WorkbenchRun } from "../../../src/web/workbenchRun.ts";
import type { PageState } from "./pageState.ts";
import type { Store } from "./store.ts";

export interface Desk {
  readonly store: Store<PageState>;
  seed: number;
  workbench?: Workbench;
  run?: WorkbenchRun;
  /** The network that was trained last. */
  network?: WorkbenchNetwork;
  bundle?: WorkbenchBundle;
}
