/** What is to be distilled. */
import type { ChoiceActions } from "../components/OtherData.tsx";
import type { Desk } from "./desk.ts";
import { initialState } from "./pageState.ts";

export function choiceActions({ store }: Desk): ChoiceActions {
  return {
    take() {},
    reset: () => store.update(() => ({ choice: initialState.choice })),
    setIterations: (iterations) =>
      store.update(({ choice }) => ({ choice: { ...choice, iterations } })),
  };
}
