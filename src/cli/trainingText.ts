/** Text about networks whose training goes on. */

import { createPace } from "../distill/pace.ts";
import type { PretrainingProgress } from "../io/pretrainedNetworks.ts";
import { formatClock, formatCount, formatNumber } from "./format.ts";

/** A line of progress for `count` networks, with the time that those in training still take. */
export function createTrainingText(count: number): (progress: PretrainingProgress) => string {
  let pace = createPace();
  let before = "";
  return ({ networks, step, steps, loss }) => {
    const numbers = networks.map((index) => index + 1).join(" and ");
    if (numbers !== before) pace = createPace();
    before = numbers;
    pace.add(performance.now(), step);
    const perSecond = pace.perSecond();
    return [
      `training network ${numbers} of ${formatCount(count)}: step ${formatCount(step)}/${formatCount(steps)}`,
      `loss ${formatNumber(loss)}`,
      ...(perSecond && step < steps ? [`${formatClock((steps - step) / perSecond)} left`] : []),
    ].join("  ");
  };
}
