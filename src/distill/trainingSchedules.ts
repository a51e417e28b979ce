/** How networks are trained on each data set unless the user says otherwise. */
import type { TrainingSchedule } from "./pretraining.ts";

const BATCH = 256;

/** Wang et al. 2018, section 4: Adam's rate is halved every so many epochs. */
const paper: Readonly<Record<string, TrainingSchedule>> = {
  mnist: { epochs: 40, batch: BATCH, rate: 2e-4, decayEvery: 20 },
  usps: { epochs: 130, batch: BATCH, rate: 2e-4, decayEvery: 40 },
  svhn: { epochs: 65, batch: BATCH, rate: 2e-4, decayEvery: 20 },
  cifar10: { epochs: 50, batch: BATCH, rate: 1e-3, decayEvery: 7 },
};

/** The paper's schedule for a data set, and MNIST's for others. */
export const trainingSchedule = (data: string): TrainingSchedule => paper[data] ?? paper.mnist!;
