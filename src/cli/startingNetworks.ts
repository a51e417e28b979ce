/** What the commands say of pre-trained networks, and the option that names them. */
import type { StartingOptions } from "../io/startingNetworks.ts";
import { formatPercent } from "./format.ts";
import type { ProgressLine } from "./progressLine.ts";
import { createTrainingText } from "./trainingText.ts";

export const weightsOption =
  "what a pre-trained initialisation starts from: a file of weights (safetensors, .npz, .onnx, .pth), repeatable, or a folder of networks, into which missing ones are trained first (default: weights/<network>-<data>)";

/** Messages of networks that are used and trained, and progress while they are trained. */
export function showStartingNetworks(
  progress: ProgressLine,
): Pick<StartingOptions, "onFiles" | "onBegin" | "onProgress" | "onReady"> {
  let text = createTrainingText(0);
  return {
    onFiles(files) {
      const names =
        files.length === 1 ? files[0] : `${files.length} files, ${files[0]} to ${files.at(-1)}`;
      progress.message(`weights from ${names}`);
    },
    onBegin({ folder, count, missing, data }) {
      text = createTrainingText(count);
      progress.message(
        missing === 0
          ? `${count} networks pre-trained on ${data} from ${folder}`
          : `${count} networks pre-trained on ${data} are needed, ${missing} of them are trained first, into ${folder}`,
      );
    },
    onProgress: (state) => progress.update(text(state)),
    onReady(accuracy) {
      progress.done();
      progress.message(
        `their accuracy on test images of their own data: ${formatPercent(accuracy)}`,
      );
    },
  };
}
