/** The whole page. */
import type { PageState } from "../state/pageState.ts";
import { DistilSection } from "./DistilSection.tsx";
import { Header } from "./Header.tsx";
import { type OpenActions, OpenSection } from "./OpenSection.tsx";
import type { ChoiceActions } from "./OtherData.tsx";
import type { RunActions } from "./RunControls.tsx";
import type { SaveActions } from "./SaveButtons.tsx";
import { type UseActions, UseSection } from "./UseSection.tsx";

export interface PageActions {
  readonly run: RunActions;
  readonly choice: ChoiceActions;
  readonly save: SaveActions;
  readonly use: UseActions;
  readonly open: OpenActions;
}

interface Props {
  readonly state: PageState;
  readonly actions: PageActions;
}

export function App({ state, actions }: Props) {
  return (
    <>
      <Header />
      <main>
        <DistilSection
          state={state}
          run={actions.run}
          choice={actions.choice}
          save={actions.save}
        />
        <UseSection state={state} actions={actions.use} />
        <OpenSection
          opened={state.opened}
          ready={state.engine.stage === "ready"}
          actions={actions.open}
        />
      </main>
      <footer>
        Everything is computed in this page by ONNX Runtime; nothing leaves it. The method is
        dataset distillation (Wang, Zhu, Torralba and Efros 2018, arXiv 1811.10959).
      </footer>
      <p class="hidden" role="status" aria-live="polite">
        {state.announcement}
      </p>
    </>
  );
}
