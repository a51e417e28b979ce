/** Trains a network, and says what came of it. */
import { formatDuration } from "../../../src/io/quantities.ts";
import type { Training } from "../state/pageState.ts";
import { Notice } from "./Notice.tsx";

interface Props {
  readonly training: Training;
  /** Whether there are images to train on. */
  readonly there: boolean;
  readonly onTrain: () => void;
}

export function TrainCard({ training, there, onTrain }: Props) {
  const { stage, message } = training;
  return (
    <div class="card train">
      <button
        type="button"
        class="primary"
        disabled={!there || stage === "training"}
        onClick={onTrain}
      >
        Train a network
      </button>
      {stage === "failed" && <Notice message={message} bad />}
      {stage === "training" && <p class="soft">Training</p>}
      {stage === "none" && (
        <p class="soft">
          {there
            ? "It takes milliseconds, also while the images are still being distilled."
            : "It needs images: distil some above, or open a bundle below."}
        </p>
      )}
      {stage === "trained" && <Outcome training={training} />}
    </div>
  );
}

function Outcome({ training: { before, accuracy, seconds = 0 } }: Pick<Props, "training">) {
  const duration = formatDuration(seconds);
  if (before === undefined || accuracy === undefined)
    return <p class="soft">Trained in {duration}.</p>;
  return (
    <>
      <p class="before-after">
        <span>from {percent(before)} to</span>
        <strong>{percent(accuracy)}</strong>
        <span>in {duration}</span>
      </p>
      <p class="soft">of the test images are read correctly.</p>
    </>
  );
}

const percent = (fraction: number): string => `${(fraction * 100).toFixed(1)} %`;
