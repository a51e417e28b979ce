/** The page: opens the workbench, and draws its state whenever that changes. */
import { render } from "preact";
import { openWorkbench } from "../../src/web/workbench.ts";
import { App, type PageActions } from "./components/App.tsx";
import { choiceActions } from "./state/choosing.ts";
import type { Desk } from "./state/desk.ts";
import { runActions } from "./state/distilling.ts";
import { openActions } from "./state/opening.ts";
import { initialState } from "./state/pageState.ts";
import { saveActions } from "./state/saving.ts";
import { settingsOf } from "./state/settings.ts";
import { Store } from "./state/store.ts";
import { useActions } from "./state/using.ts";

const store = new Store(initialState);
const desk: Desk = { store, seed: 1 };
const actions: PageActions = {
  run: runActions(desk),
  choice: choiceActions(desk),
  save: saveActions(desk),
  use: useActions(desk),
  open: openActions(desk),
};
const draw = () =>
  render(<App state={store.state} actions={actions} />, document.getElementById("page")!);
store.listener = draw;
draw();

async function start(): Promise<void> {
  const { seed, ...wanted } = settingsOf(location.search);
  desk.seed = seed;
  const wasmPaths = new URL("./ort/", document.baseURI).href;
  const workbench = await openWorkbench({ ...wanted, wasmPaths });
  desk.workbench = workbench;
  const { device, threads, reason } = workbench;
  store.update(() => ({ engine: { stage: "ready", device, threads, reason } }));
}

start().catch(({ message }: Error) =>
  store.update(() => ({ engine: { stage: "failed", message } })),
);
