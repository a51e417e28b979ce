/** What the commands say of pre-trained networks, and the option that names their folder. */
import type { StartingOptions } from "../io/startingNetworks.ts";
import { formatPercent } from "./format.ts";
import type { ProgressLine } from "./progressLine.ts";
import { createTrainingText } from "./trainingText.ts";

export const weightsOption =
  "folder of the networks that a pre-trained initialisation starts from; missing ones are trained into it first (default: weights/<network>-<data>)";

/** Messages of networks that are used and trained, and progress while they are trained. */
export function showStartingNetworks(
  progress: ProgressLine,
): Pick<StartingOptions, "onBegin" | "onProgress" | "onReady"> {
  let text = createTrainingText(0);
  return {
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
