/** Opens a bundle made elsewhere and checks what it claims. */
import type { FilesByPath } from "../../../src/web/datasetFromFiles.ts";
import type { WorkbenchBundle } from "../../../src/web/workbench.ts";
import type { Opened } from "../state/pageState.ts";
import { verdictOf } from "../state/verdict.ts";
import { DropZone } from "./DropZone.tsx";
import { ImageGrid } from "./ImageGrid.tsx";
import { Notice } from "./Notice.tsx";

export interface OpenActions {
  open(files: Promise<FilesByPath>): void;
  verify(): void;
  /** Trains and reads with the bundle's images. */
  use(): void;
}

interface Props {
  readonly opened: Opened;
  readonly ready: boolean;
  readonly actions: OpenActions;
}

export function OpenSection({ opened, ready, actions }: Props) {
  const { stage, bundle, message } = opened;
  return (
    <section id="open" aria-labelledby="open-title">
      <div class="section-head">
        <h2 id="open-title">Open a bundle</h2>
        <p class="lead">
          Images that were distilled elsewhere, with the accuracy that they claim. The page trains
          on them and measures it again.
        </p>
      </div>
      {ready && (
        <DropZone onFiles={actions.open}>
          <p>
            Drop the folder that <code>onnx-distill export</code> wrote, or a .zip of it.
          </p>
        </DropZone>
      )}
      {stage === "reading" && <Notice message="Reading the bundle" />}
      <Notice message={stage === "failed" ? message : undefined} bad />
      {bundle && (
        <div class="card opened">
          <ImageGrid
            pixels={bundle.images.pixels}
            shape={bundle.images.shape}
            classes={bundle.config.dataset.classes}
          />
          <div class="claim">
            <h3>{bundle.config.name}</h3>
            <BundleFacts bundle={bundle} />
            <Verdict opened={opened} />
            <div class="row">
              <button
                type="button"
                class="primary"
                disabled={stage === "verifying" || !bundle.hasTestImages}
                onClick={actions.verify}
              >
                {stage === "verifying" ? "Measuring" : "Check the claim"}
              </button>
              <button type="button" onClick={actions.use}>
                Use these images
              </button>
            </div>
            {!bundle.hasTestImages && (
              <p class="small soft">
                Its test images are not in it: drop the data set's files together with the bundle to
                check the claim.
              </p>
            )}
          </div>
        </div>
      )}
    </section>
  );
}

function BundleFacts({ bundle: { config } }: { readonly bundle: WorkbenchBundle }) {
  const { dataset, network, steps, epochs, initialization } = config;
  return (
    <dl class="facts">
      <dt>Data</dt>
      <dd>{dataset.name}</dd>
      <dt>Network</dt>
      <dd>
        {network}, {initialization.kind} initialisation
      </dd>
      <dt>Steps</dt>
      <dd>{epochs === 1 ? steps : `${steps} in each of ${epochs} epochs`}</dd>
    </dl>
  );
}

function Verdict({ opened: { bundle, verification } }: { readonly opened: Opened }) {
  return (
    <p class="before-after">
      <span class="soft">{percent(bundle!.config.accuracy.mean)} claimed</span>
      {verification && (
        <>
          <strong>{percent(verification.measured.mean)}</strong>
          <span class={verification.agrees ? "holds" : "fails"}>
            measured: {verdictOf(verification)}
          </span>
        </>
      )}
    </p>
  );
}

const percent = (fraction: number): string => `${(fraction * 100).toFixed(1)} %`;
