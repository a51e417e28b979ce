/** What a run looks like after each of its events. */
import type { DistilEvent } from "../../../src/web/events.ts";
import { type Run, withRates } from "./run.ts";

export function afterEvent(run: Run, event: DistilEvent): Run {
  switch (event.kind) {
    case "started":
      return {
        ...run,
        stage: "running",
        iteration: event.iteration,
        iterations: event.iterations,
        shape: event.imageShape,
        classes: event.classes,
      };
    case "iteration":
      return {
        ...run,
        iteration: event.iteration,
        iterations: event.iterations,
        iterationsPerSecond: event.iterationsPerSecond,
        losses: [...run.losses, { x: event.iteration, y: event.loss }],
        rates: withRates(run, event.iteration, event.learningRates),
      };
    case "images":
      return { ...run, pixels: event.pixels, shape: event.shape };
    case "point": {
      const { iteration, seconds, accuracy } = event.event;
      const point = accuracy && { x: iteration, y: accuracy.mean, std: accuracy.std };
      return {
        ...run,
        seconds,
        accuracies: point ? [...run.accuracies, point] : run.accuracies,
      };
    }
    case "measuring":
      return {
        ...run,
        stage: "measuring",
        message: `Measuring ${event.what}: ${event.done} of ${event.total}`,
      };
    case "checkpoint":
      return run;
  }
}
