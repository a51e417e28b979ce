/** Takes files and folders, dropped or chosen. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { FilesByPath } from "../../../src/web/datasetFromFiles.ts";
import { chosenFiles, droppedFiles } from "../files/givenFiles.ts";

interface Props {
  readonly children: ComponentChildren;
  readonly onFiles: (files: Promise<FilesByPath>) => void;
}

/** Not in the types: an attribute of all browsers that makes an input take a folder. */
const FOLDER = { webkitdirectory: true };

export function DropZone({ children, onFiles }: Props) {
  const [over, setOver] = useState(false);
  const choose = (event: Event) => {
    const input = event.currentTarget as HTMLInputElement;
    if (input.files?.length) onFiles(Promise.resolve(chosenFiles(input.files)));
    input.value = "";
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping has two buttons beside it that do the same.
    <div
      class={`drop ${over ? "over" : ""}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        if (event.dataTransfer) onFiles(droppedFiles(event.dataTransfer));
      }}
    >
      {children}
      <div class="row">
        <label class="button">
          Choose files
          <input class="hidden" type="file" multiple onChange={choose} />
        </label>
        <label class="button">
          Choose a folder
          <input class="hidden" type="file" {...FOLDER} onChange={choose} />
        </label>
      </div>
    </div>
  );
}
