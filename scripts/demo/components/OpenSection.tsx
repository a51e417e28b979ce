/** Opens a bundle made elsewhere and checks what it claims. */
import type { GivenFile } from "../files/givenFiles.ts";
import type { Opened } from "../state/pageState.ts";
import { DropZone } from "./DropZone.tsx";
import { ImageGrid } from "./ImageGrid.tsx";
import { Notice } from "./Notice.tsx";

export interface OpenActions {
  open(files: Promise<readonly GivenFile[]>): void;
  verify(): void;
}

interface Props {
  readonly opened: Opened;
  readonly actions: OpenActions;
}

export function OpenSection({ opened, actions }: Props) {
  const { stage, name, pixels, shape, classes, facts = [] } = opened;
  return (
    <section id="open" aria-labelledby="open-title">
      <div class="section-head">
        <h2 id="open-title">Open a bundle</h2>
        <p class="lead">
          Images that were distilled on a server, with the accuracy that they claim. The page trains
          on them and measures it again.
        </p>
      </div>
      <DropZone accept=".zip" onFiles={actions.open}>
        <p>
          Drop a bundle here: the folder that <code>onnx-distill export</code> wrote, or a .zip of
          it.
        </p>
      </DropZone>
      {stage === "reading" && <Notice message="Reading the bundle" />}
      <Notice message={stage === "failed" ? opened.message : undefined} bad />
      {pixels && shape && classes && (
        <div class="card opened">
          <ImageGrid pixels={pixels} shape={shape} classes={classes} />
          <div class="claim">
            <h3>{name}</h3>
            <dl class="facts">
              {facts.map(([what, text]) => (
                <>
                  <dt key={what}>{what}</dt>
                  <dd>{text}</dd>
                </>
              ))}
            </dl>
            <Verdict opened={opened} />
            <button
              type="button"
              class="primary"
              disabled={stage === "verifying"}
              onClick={actions.verify}
            >
              {stage === "verifying" ? "Measuring" : "Check the claim"}
            </button>
          </div>
        </div>
      )}
    </section>
  );
}

function Verdict({ opened: { claimed, measured, holds } }: { readonly opened: Opened }) {
  if (claimed === undefined) return null;
  return (
    <p class="before-after">
      <span class="soft">{percent(claimed)} claimed</span>
      {measured !== undefined && (
        <>
          <strong>{percent(measured)} measured</strong>
          <span class={holds ? "holds" : "fails"}>{holds ? "it holds" : "it does not hold"}</span>
        </>
      )}
    </p>
  );
}

const percent = (fraction: number): string => `${(fraction * 100).toFixed(1)} %`;
