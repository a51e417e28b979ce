/** A fresh network learns from the ten images and reads what the visitor draws. */
import { formatDuration } from "../../../src/io/quantities.ts";
import { greyImage } from "../drawing/greyImage.ts";
import type { Drawing } from "../drawing/keyboardPen.ts";
import type { PageState } from "../state/pageState.ts";
import { DrawingPad } from "./DrawingPad.tsx";
import { ImageTile } from "./ImageTile.tsx";
import { Notice } from "./Notice.tsx";
import { Probabilities } from "./Probabilities.tsx";

export interface UseActions {
  train(): void;
  draw(change: (drawing: Drawing) => Drawing): void;
  clear(): void;
  sample(digit: number): void;
}

interface Props {
  readonly state: PageState;
  readonly actions: UseActions;
}

export function UseSection({ state, actions }: Props) {
  const { run, training, drawing, reading } = state;
  const readable = run.pixels !== undefined;
  return (
    <section id="use" aria-labelledby="use-title">
      <div class="section-head">
        <h2 id="use-title">Use them</h2>
        <p class="lead">
          A network that knows nothing takes three steps on the ten images. Then it reads your
          handwriting.
        </p>
      </div>
      <div class="bench">
        <div class="card train">
          <button
            type="button"
            class="primary"
            disabled={!readable || training.stage === "training"}
            onClick={actions.train}
          >
            Train a network
          </button>
          <TrainingText training={training} readable={readable} />
        </div>
        <div class="card draw">
          <h3>Draw a digit</h3>
          <DrawingPad drawing={drawing} onDraw={actions.draw} />
          <div class="pad-side">
            <fieldset class="samples">
              <legend class="small soft">or take a written one</legend>
              {Array.from({ length: 10 }, (_, digit) => (
                <button key={digit} type="button" onClick={() => actions.sample(digit)}>
                  {digit}
                </button>
              ))}
              <button type="button" class="clear" onClick={actions.clear}>
                Clear
              </button>
            </fieldset>
            <p id="pad-keys" class="small soft">
              By keyboard: arrow keys lead the pen, the space bar sets it down and lifts it, Escape
              clears.
            </p>
          </div>
        </div>
        <div class="card read">
          <h3>It reads</h3>
          <div class="seen">
            {reading.image ? (
              <ImageTile
                pixels={greyImage(reading.image)}
                height={28}
                width={28}
                name="The drawing as the network sees it, 28 by 28 pixels"
              />
            ) : (
              <span class="placeholder" />
            )}
            <p class="small soft">what the network sees</p>
          </div>
          <Probabilities classes={run.classes} probabilities={reading.probabilities} />
        </div>
      </div>
    </section>
  );
}

function TrainingText({
  training,
  readable,
}: {
  readonly training: PageState["training"];
  readonly readable: boolean;
}) {
  const { stage, before, accuracy, seconds, message } = training;
  if (stage === "failed") return <Notice message={message} bad />;
  if (!readable) {
    return <p class="soft">It needs images: distil some above first. It need not be finished.</p>;
  }
  if (stage === "none") return <p class="soft">Not trained yet.</p>;
  if (stage === "training") return <p class="soft">Training</p>;
  return (
    <>
      {accuracy !== undefined && (
        <p class="before-after">
          <span class="soft">{before === undefined ? "" : percent(before)}</span>
          <span aria-hidden="true" class="soft">
            {before === undefined ? "" : "→"}
          </span>
          <strong>{percent(accuracy)}</strong>
        </p>
      )}
      <p class="soft small">
        {accuracy === undefined ? "Trained" : "of the test images read correctly, after training"}
        {seconds === undefined ? "" : ` for ${formatDuration(seconds)}`}.
      </p>
    </>
  );
}

const percent = (fraction: number): string => `${(fraction * 100).toFixed(1)} %`;
