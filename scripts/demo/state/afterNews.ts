/** What a watched run looks like after each piece of news. */
import type { Images, Outline, Progress, RunNews, Stage } from "../../../src/serve/runNews.ts";
import { paintImages } from "../../../src/web/paintedImages.ts";
import { emptyRun, type Run, withRates } from "./run.ts";

export interface WatchedState {
  readonly outline?: Outline;
  readonly run: Run;
  readonly connected: boolean;
  /** What the server could not read. */
  readonly failure?: string;
}

export type News = RunNews | { readonly type: "error"; readonly message: string };

export const unwatched: WatchedState = {
  run: { ...emptyRun, stage: "starting", message: "Waiting for the first result" },
  connected: false,
};

const STAGES: Readonly<Record<Stage, Run["stage"]>> = {
  preparing: "starting",
  training: "running",
  quiet: "quiet",
  evaluating: "measuring",
  finished: "finished",
};

export function afterNews(state: WatchedState, news: News): WatchedState {
  const { run } = state;
  switch (news.type) {
    case "error":
      return { ...state, failure: news.message };
    case "outline": {
      const { iterations } = news.recipe.outer;
      return { connected: true, outline: news, run: { ...unwatched.run, iterations } };
    }
    case "points": {
      const losses = run.losses.slice(0, news.from);
      const until = losses.at(-1)?.x ?? 0;
      const kept = {
        losses,
        accuracies: run.accuracies.filter(({ x }) => x <= until),
        rates: run.rates.map((curve) => curve.slice(0, news.from)),
      };
      const next = news.events.reduce(withPoint, { ...run, ...kept });
      return { ...state, failure: undefined, run: next };
    }
    case "images":
      return { ...state, failure: undefined, run: { ...run, ...painted(news) } };
    case "progress":
      return { ...state, failure: undefined, run: { ...run, ...progressOf(news) } };
  }
}

function withPoint(
  run: Run,
  {
    iteration,
    loss,
    accuracy,
    learningRates,
  }: Extract<RunNews, { type: "points" }>["events"][number],
): Run {
  const point = accuracy && { x: iteration, y: accuracy.mean, std: accuracy.std };
  return {
    ...run,
    losses: [...run.losses, { x: iteration, y: loss }],
    accuracies: point ? [...run.accuracies, point] : run.accuracies,
    rates: withRates(run, iteration, learningRates),
  };
}

function painted({ values, shape, classes, normalization }: Images): Partial<Run> {
  const bytes = Uint8Array.from(atob(values), (character) => character.charCodeAt(0));
  const [, , channels = 1] = shape;
  const plain = {
    mean: new Array<number>(channels).fill(0),
    std: new Array<number>(channels).fill(1),
  };
  const { pixels } = paintImages(new Float32Array(bytes.buffer), shape, normalization ?? plain);
  return { pixels, shape, classes };
}

function progressOf({ stage, iteration, seconds, writtenAt, result }: Progress): Partial<Run> {
  return { stage: STAGES[stage], iteration, seconds, result, message: messageOf(stage, writtenAt) };
}

function messageOf(stage: Stage, writtenAt: number): string | undefined {
  const time = new Date(writtenAt).toLocaleTimeString();
  if (stage === "preparing") return "Waiting for the first result";
  if (stage === "evaluating") return "Measuring networks trained on the images";
  if (stage === "quiet") {
    return `Nothing was written since ${time}: the run was stopped, or an iteration takes long. It goes on with: onnx-distill run <recipe> --resume --out <this folder>`;
  }
  return undefined;
}
