/** What the network sees and what it takes it for. */
import { planarImage } from "../drawing/planarImage.ts";
import type { Reading } from "../state/pageState.ts";
import type { Subject } from "../state/subject.ts";
import { ImageTile } from "./ImageTile.tsx";
import { Probabilities } from "./Probabilities.tsx";

interface Props {
  readonly subject: Subject;
  readonly reading: Reading;
  /** Whether there is a network that reads. */
  readonly trained: boolean;
}

export function ReadCard({ subject: { image: shape, classes }, reading, trained }: Props) {
  const [channels, height, width] = shape;
  return (
    <div class="card read">
      <h3>It reads</h3>
      <div class="seen">
        {reading.image ? (
          <ImageTile
            pixels={planarImage(reading.image, channels)}
            height={height}
            width={width}
            name={`What the network sees, ${width} by ${height} pixels`}
          />
        ) : (
          <span class="placeholder" />
        )}
        <p class="small soft">
          {reading.image && !trained
            ? "Train a network, and it reads this."
            : "What the network sees"}
        </p>
      </div>
      <Probabilities classes={classes} probabilities={reading.probabilities} />
    </div>
  );
}
