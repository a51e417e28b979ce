import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { toDistilled } from "../../src/distill/distilled.ts";
import type { RunEvent } from "../../src/distill/run.ts";
import { initialState } from "../../src/distill/trainer.ts";
import { encodeDistilled } from "../../src/io/distilledFile.ts";
import { RunDirectory } from "../../src/io/runDirectory.ts";
import type { RunNews } from "../../src/serve/runNews.ts";
import { WatchedRun } from "../../src/serve/watchedRun.ts";
import { stripesProblem } from "../distill/stripesProblem.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

const root = temporaryFolder();
const problem = stripesProblem({ outer: { iterations: 40 } });
const state = initialState(problem);

const eventAt = (iteration: number, seconds = iteration): RunEvent => ({
  iteration,
  seconds,
  loss: 1 / iteration,
  gradientNorm: 1,
  learningRates: [0.5],
  accuracy: { mean: 0.5, std: 0, n: 1 },
});

const checkpointAt = (iteration: number) => ({
  state: { ...state, iteration },
  seconds: iteration,
  losses: [],
  layout: { plan: "unrolled" as const, splits: 1, workers: 1, threads: 1 },
});

async function begin(name: string): Promise<[RunDirectory, WatchedRun, string]> {
  const path = join(root, name);
  const directory = await RunDirectory.create(path, problem.recipe);
  return [directory, await WatchedRun.open(path), path];
}

async function heard(changes: AsyncIterable<RunNews>): Promise<RunNews[]> {
  const news: RunNews[] = [];
  for await (const message of changes) news.push(message);
  return news;
}

const types = (news: readonly RunNews[]) => news.map(({ type }) => type);
const only = <Type extends RunNews["type"]>(news: readonly RunNews[], type: Type) =>
  news.find((message) => message.type === type) as Extract<RunNews, { type: Type }>;

test("a run that has just begun is outlined, and then says nothing until something happens", async () => {
  const [, watched] = await begin("begun");
  const news = await heard(watched.changes());
  expect(types(news)).toEqual(["outline", "progress"]);
  expect(only(news, "outline")).toMatchObject({ run: "begun", recipe: { name: "stripes" } });
  expect(only(news, "progress")).toMatchObject({ stage: "preparing", iteration: 0 });
  expect(await heard(watched.changes())).toEqual([]);
});

test("points and images are told as the run writes them", async () => {
  const [directory, watched] = await begin("going");
  await heard(watched.changes());
  await directory.event(eventAt(10));
  await directory.checkpoint(checkpointAt(10));
  const first = await heard(watched.changes());
  expect(only(first, "points")).toEqual({ type: "points", from: 0, events: [eventAt(10)] });
  const { values, shape, classes, iteration } = only(first, "images");
  expect([shape, classes, iteration]).toEqual([[1, 3, 1, 8, 8], ["0", "1", "2"], 10]);
  const bytes = Uint8Array.from(Buffer.from(values, "base64"));
  expect(new Float32Array(bytes.buffer)).toEqual(state.images);
  expect(only(first, "progress")).toMatchObject({ stage: "training", iteration: 10, seconds: 10 });

  await directory.event(eventAt(20));
  const second = await heard(watched.changes());
  expect(only(second, "points")).toEqual({ type: "points", from: 1, events: [eventAt(20)] });
  expect(types(second)).not.toContain("images");
});

test("a resumed run takes back the points after its checkpoint", async () => {
  const [directory, watched] = await begin("resumed");
  await directory.event(eventAt(10));
  await directory.checkpoint(checkpointAt(10));
  await directory.event(eventAt(20));
  await heard(watched.changes());
  await directory.resume();
  expect(only(await heard(watched.changes()), "points")).toEqual({
    type: "points",
    from: 1,
    events: [],
  });
  await directory.event(eventAt(20, 99));
  expect(only(await heard(watched.changes()), "points").events).toEqual([eventAt(20, 99)]);
});

test("a run that writes nothing any more is quiet, not running", async () => {
  const [directory, watched] = await begin("stopped");
  await directory.checkpoint(checkpointAt(10));
  const soon = only(await heard(watched.changes()), "progress");
  expect(soon.stage).toBe("training");
  const later = await heard(watched.changes(soon.writtenAt + 121_000));
  expect(only(later, "progress")).toMatchObject({ stage: "quiet", iteration: 10 });
});

test("a finished run has its result, with the names and the scale of its data", async () => {
  const [directory, watched] = await begin("finished");
  await directory.event(eventAt(40));
  await directory.write("distilled.safetensors", encodeDistilled(problem, toDistilled(state)));
  expect(only(await heard(watched.changes()), "progress").stage).toBe("evaluating");
  const statistic = { mean: 0.9, std: 0.1, n: 3 };
  const summary = { before: statistic, accuracy: statistic, baseline: { ...statistic, name: "b" } };
  await directory.write("summary.json", JSON.stringify(summary));
  const progress = only(await heard(watched.changes(Date.now() + 1e9)), "progress");
  expect(progress).toMatchObject({ stage: "finished", iteration: 40, result: summary });
  const { normalization } = only(await heard(watched.again().changes()), "images");
  expect(normalization).toEqual(problem.dataset.normalization);
});

test("a folder without a run, and one that goes away, are errors", async () => {
  await expect(WatchedRun.open(join(root, "nowhere"))).rejects.toThrow(
    `${join(root, "nowhere")} holds no run: expected a recipe.json in it`,
  );
  const [, watched, path] = await begin("removed");
  rmSync(path, { recursive: true });
  await expect(heard(watched.changes())).rejects.toThrow("holds no run");
  writeFileSync(path, "");
});

test("images of unknown shape are an error after everything else, until the result says it", async () => {
  const odd = stripesProblem({ data: "odd.npz" });
  const directory = await RunDirectory.create(join(root, "odd"), odd.recipe);
  await directory.event(eventAt(10));
  const images = new Float32Array(3 * 20 * 30);
  await directory.checkpoint({ ...checkpointAt(10), state: { ...state, images, iteration: 10 } });
  const watched = await WatchedRun.open(join(root, "odd"));
  const news: RunNews[] = [];
  await expect(async () => {
    for await (const message of watched.changes()) news.push(message);
  }).rejects.toThrow("the shape of the images is unknown");
  expect(types(news)).toEqual(["outline", "points", "progress"]);
  await expect(heard(watched.changes())).rejects.toThrow("the shape of the images is unknown");
  const shaped = { ...odd, dataset: { ...odd.dataset, shape: [1, 20, 30] as const } };
  const result = toDistilled({ ...state, images });
  await directory.write("distilled.safetensors", encodeDistilled(shaped as never, result));
  const after = await heard(watched.changes());
  expect(only(after, "images").shape).toEqual([1, 3, 1, 20, 30]);
});
