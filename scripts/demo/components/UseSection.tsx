/** A fresh network learns from the ten images and reads what the visitor gives it. */
import type { PageState } from "../state/pageState.ts";
import { subjectOf } from "../state/subject.ts";
import { type DrawActions, DrawCard } from "./DrawCard.tsx";
import { type PictureActions, PictureCard } from "./PictureCard.tsx";
import { ReadCard } from "./ReadCard.tsx";
import { TrainCard } from "./TrainCard.tsx";

export interface UseActions extends DrawActions, PictureActions {
  train(): void;
}

interface Props {
  readonly state: PageState;
  readonly actions: UseActions;
}

export function UseSection({ state, actions }: Props) {
  const { training, drawing, reading, inUse } = state;
  const subject = subjectOf(state);
  return (
    <section id="use" aria-labelledby="use-title">
      <div class="section-head">
        <h2 id="use-title">Use them</h2>
        <p class="lead">
          A network that knows nothing takes a few steps on{" "}
          {inUse === "bundle" ? "the bundle's images" : "the images above"}. Then it reads{" "}
          {subject.drawable ? "your handwriting" : "your pictures"}.
        </p>
      </div>
      <div class="bench">
        <TrainCard training={training} there={subject.there} onTrain={actions.train} />
        {subject.drawable ? (
          <DrawCard drawing={drawing} actions={actions} />
        ) : (
          <PictureCard actions={actions} />
        )}
        <ReadCard subject={subject} reading={reading} trained={training.stage === "trained"} />
      </div>
    </section>
  );
}
