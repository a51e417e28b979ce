/** As many trained networks as are wanted: those of a folder, and what it lacks trained now. */
import { Tester } from "../distill/measure.ts";
import { type Pretraining, type TrainingProgress, trainNetworks } from "../distill/pretraining.ts";
import type { Executor } from "../runtime/executor.ts";
import type { StoredNetwork } from "./networkFile.ts";
import type { NetworkFolder } from "./networkFolder.ts";

export interface PretrainingProgress extends TrainingProgress {
  /** The networks that are being trained, by index. */
  readonly networks: readonly number[];
}

export interface PretrainingOptions {
  /** Stops after the step in progress; finished networks, and others up to an epoch, are kept. */
  readonly signal?: AbortSignal;
  onProgress?(progress: PretrainingProgress): void;
  onNetwork?(network: StoredNetwork): void;
}

/** Milliseconds between two copies of networks whose training goes on. */
const KEEPING_PACE = 30_000;

/** Which of the networks 0 to count - 1 a folder lacks. */
export const missingNetworks = (folder: NetworkFolder, count: number): number[] =>
  Array.from({ length: count }, (_, index) => index).filter((index) => !folder.has(index));

/**
 * The first `count` networks of a folder. Those that it lacks are trained, one per lane of the executor at a time,
 * tested and stored before the next ones begin.
 * @throws the signal's reason once it is aborted.
 */
export async function pretrainedNetworks(
  folder: NetworkFolder,
  pretraining: Pretraining,
  count: number,
  executor: Executor,
  { signal, onProgress, onNetwork }: PretrainingOptions = {},
): Promise<StoredNetwork[]> {
  const missing = missingNetworks(folder, count);
  const tester = missing.length > 0 && new Tester({ ...pretraining, attack: undefined }, executor);
  while (tester && missing.length > 0) {
    const indices = missing.splice(0, executor.lanes);
    let keptAt = performance.now();
    const trained = await trainNetworks(pretraining, indices, executor, {
      resume: await folder.unfinished(indices),
      signal,
      onStep: (progress) => onProgress?.({ ...progress, networks: indices }),
      async onEpoch(state) {
        if (performance.now() - keptAt < KEEPING_PACE) return;
        await folder.keepUnfinished(indices, state);
        keptAt = performance.now();
      },
    });
    const measured = await tester.measureEach(
      trained.map(({ parameters }) => parameters),
      pretraining.dataset.test,
    );
    const stored = trained.map(({ parameters, losses }, k): StoredNetwork => {
      const { accuracy, loss } = measured[k]!;
      return {
        index: indices[k]!,
        parameters,
        testAccuracy: accuracy,
        testLoss: loss,
        trainingLoss: losses.reduce((sum, entry) => sum + entry, 0) / losses.length,
      };
    });
    await folder.add(stored);
    for (const network of stored) onNetwork?.(network);
  }
  return folder.first(count);
}
