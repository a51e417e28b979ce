/** What is distilled: the stroke digits and LeNet, or what the visitor brings. */
import { formatCount } from "../../../src/io/quantities.ts";
import type { FilesByPath } from "../../../src/web/datasetFromFiles.ts";
import { type Choice, isOwn, misfit } from "../state/pageState.ts";
import { DropZone } from "./DropZone.tsx";
import { Notice } from "./Notice.tsx";

export interface ChoiceActions {
  take(files: Promise<FilesByPath>): void;
  reset(): void;
  setIterations(iterations: number): void;
}

interface Props {
  readonly choice: Choice;
  readonly ready: boolean;
  readonly actions: ChoiceActions;
}

export function OtherData({ choice, ready, actions }: Props) {
  const { dataset, network, iterations } = choice;
  return (
    <details class="other">
      <summary>Your own images or network</summary>
      <div>
        <dl class="facts">
          <dt>Images</dt>
          <dd>{dataset ? describe(dataset) : "20,000 stroke digits, drawn in the page"}</dd>
          <dt>Network</dt>
          <dd>
            {network ? describeNetwork(network) : dataset ? "LeNet" : "LeNet, 61,706 weights"}
          </dd>
        </dl>
        {ready && (
          <DropZone onFiles={actions.take}>
            <p>
              Drop a folder with one folder of images for each class, or IDX files as MNIST has
              them; or an image classifier in an .onnx file as the network. A .zip of them does as
              well.
            </p>
          </DropZone>
        )}
        <Notice message={choice.message ?? misfit(choice)} bad />
        <Notice message={stateOf(choice)} />
        <div class="row">
          <label class="field">
            Iterations
            <input
              type="number"
              min={10}
              max={100000}
              step={10}
              value={iterations}
              onChange={(event) => actions.setIterations(event.currentTarget.valueAsNumber)}
            />
          </label>
          {isOwn(choice) && (
            <button type="button" onClick={actions.reset}>
              Back to stroke digits
            </button>
          )}
        </div>
      </div>
    </details>
  );
}

const stateOf = (choice: Choice): string | undefined => {
  if (choice.reading) return "Reading the files";
  return isOwn(choice) && !choice.message && !misfit(choice)
    ? "Ready: distil with the button above."
    : undefined;
};

const describe = ({ train, test, classes, shape }: NonNullable<Choice["dataset"]>): string =>
  `${formatCount(train.count)} for training and ${formatCount(test.count)} for the test, ${classes.length} classes, ${sizeOf(shape)}`;

const describeNetwork = ({ name, contents }: NonNullable<Choice["network"]>): string =>
  `${name}, ${formatCount(contents.weights)} weights, for images of ${sizeOf(contents.image)}`;

const sizeOf = ([channels, height, width]: readonly number[]): string =>
  `${width} x ${height} ${channels === 1 ? "grey" : "colour"}`;
