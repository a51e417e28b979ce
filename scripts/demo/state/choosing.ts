/** What is to be distilled. */
import type { ChoiceActions } from "../components/OtherData.tsx";
import { bytesOf, unpacked } from "../files/givenFiles.ts";
import type { Desk } from "./desk.ts";
import { type Choice, initialState } from "./pageState.ts";

const FEWEST = 1;

export function choiceActions(desk: Desk): ChoiceActions {
  const { store } = desk;
  const choose = (of: Partial<Choice>): void =>
    store.update(({ choice }) => ({ choice: { ...choice, message: undefined, ...of } }));

  async function readModel(path: string, file: Blob): Promise<Choice["network"]> {
    const model = { name: path.replace(/^.*\//, ""), bytes: await bytesOf(file) };
    return { ...model, contents: await desk.workbench!.readModel(model) };
  }

  return {
    async take(given) {
      choose({ reading: true });
      try {
        const files = await unpacked(await given);
        const [model] = [...files].filter(([path]) => path.endsWith(".onnx"));
        const others = new Map([...files].filter(([path]) => !path.endsWith(".onnx")));
        const network = model && (await readModel(...model));
        const dataset =
          others.size > 0 || !network ? await desk.workbench!.readDataset(others) : undefined;
        choose({
          reading: false,
          ...(network ? { network } : {}),
          ...(dataset ? { dataset } : {}),
        });
      } catch (error) {
        choose({ reading: false, message: (error as Error).message });
      }
    },
    reset: () => store.update(() => ({ choice: initialState.choice })),
    setIterations(iterations) {
      if (iterations >= FEWEST) choose({ iterations: Math.round(iterations) });
    },
  };
}
