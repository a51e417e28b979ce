/** How networks are trained on each data set unless the user says otherwise. */
import type { TrainingSchedule } from "./pretraining.ts";

const mnist: TrainingSchedule = { epochs: 5, batch: 256, rate: 2e-3, decayEvery: 1 };

/**
 * Those of svhn and cifar10 are of Wang et al. 2018, section 4. The paper has 40 epochs at 2e-4, halved every 20, for
 * MNIST and 130, halved every 40, for USPS; these reach the same accuracy of a LeNet in fewer.
 */
const schedules: Readonly<Record<string, TrainingSchedule>> = {
  mnist,
  usps: { epochs: 40, batch: 256, rate: 2e-3, decayEvery: 8 },
  "stroke-digits": { epochs: 15, batch: 256, rate: 2e-3, decayEvery: 3 },
  svhn: { epochs: 65, batch: 256, rate: 2e-4, decayEvery: 20 },
  cifar10: { epochs: 50, batch: 256, rate: 1e-3, decayEvery: 7 },
};

/** The schedule for a data set: its own, or MNIST's. */
export const trainingSchedule = (data: string): TrainingSchedule => schedules[data] ?? mnist;
