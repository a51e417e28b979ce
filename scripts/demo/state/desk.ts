/** What the page's actions work with, besides the state that is shown. */
import type { Workbench, WorkbenchRun } from "../../../src/web/workbench.ts";
import type { PageState } from "./pageState.ts";
import type { Store } from "./store.ts";

export interface Desk {
  readonly store: Store<PageState>;
  readonly seed: number;
  workbench?: Workbench;
  run?: WorkbenchRun;
  /** The network that was trained last. */
  network?: Awaited<ReturnType<Workbench["train"]>>;
}
