/** A run's folder, read again and again while the run may be writing it. Nothing is written here. */
import { readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { type Distilled, toDistilled } from "../distill/distilled.ts";
import type { Recipe } from "../distill/recipe.ts";
import type { RunEvent } from "../distill/run.ts";
import { decodeDistilled } from "../io/distilledFile.ts";
import { checkpointName, RunDirectory } from "../io/runDirectory.ts";
import type { RunSummary } from "../io/runReport.ts";
import { learnedShape } from "./learnedShape.ts";
import type { Images, Points, Progress, RunNews, Stage } from "./runNews.ts";

/** A running run writes a checkpoint every 30 seconds, or after the iteration that takes longer. */
const QUIET_AFTER = 120_000;

/** What the folder had last: the learned values and how far they are. */
interface Latest {
  /** Which file they are from, and when it was written. */
  readonly source: string;
  readonly iteration: number;
  readonly seconds: number;
  readonly distilled: Distilled;
  /** What a result says of its data, and a checkpoint does not. */
  readonly data?: Pick<Images, "shape" | "classes" | "normalization">;
}

export class WatchedRun {
  readonly #directory: RunDirectory;
  #outlined = false;
  #events: RunEvent[] = [];
  /** That of the values that were told. */
  #source = "";
  #latest: Latest | undefined;
  #progress = "";

  private constructor(directory: RunDirectory) {
    this.#directory = directory;
  }

  /**
   * @throws when the folder holds no run.
   */
  static async open(path: string): Promise<WatchedRun> {
    return new WatchedRun(await RunDirectory.open(path));
  }

  /** A reader of the same run that has heard nothing yet. */
  again(): WatchedRun {
    return new WatchedRun(this.#directory);
  }

  /**
   * What is new since the last call, one by one; the first call has everything. What comes before an error is told, and not
   * told again.
   * @throws when the folder is gone, a file in it is damaged, or the shape of the images is unknown.
   */
  async *changes(now = Date.now()): AsyncGenerator<RunNews> {
    const recipe = await this.#directory.recipe();
    if (!this.#outlined) {
      this.#outlined = true;
      yield { type: "outline", run: basename(resolve(this.#directory.path)), recipe };
    }
    yield* await this.#newPoints();
    const latest = await this.#newLatest();
    const progress = await this.#currentProgress(now);
    const text = JSON.stringify(progress);
    if (text !== this.#progress) {
      this.#progress = text;
      yield progress;
    }
    if (!latest) return;
    yield imagesOf(recipe, latest);
    this.#source = latest.source;
  }

  async #newPoints(): Promise<Points[]> {
    const events = await this.#directory.events();
    // A resumed run drops the points after its checkpoint, and then writes others.
    const same = this.#events.findIndex(
      ({ iteration, seconds }, i) =>
        iteration !== events[i]?.iteration || seconds !== events[i]?.seconds,
    );
    const from = same < 0 ? this.#events.length : same;
    const changed = from < Math.max(this.#events.length, events.length);
    this.#events = events;
    return changed ? [{ type: "points", from, events: events.slice(from) }] : [];
  }

  /** The latest values, where they are others than those that were told. */
  async #newLatest(): Promise<Latest | undefined> {
    const name = await this.#newestValues();
    if (!name) return undefined;
    const source = `${name} ${await this.#writtenAt(name)}`;
    if (source === this.#source) return undefined;
    const latest = await this.#read(name).catch(ignoreAbsent);
    if (!latest) return undefined;
    this.#latest = { source, ...latest };
    return this.#latest;
  }

  /** The result, or the last checkpoint. */
  async #newestValues(): Promise<string | undefined> {
    if (await this.#directory.has("distilled.safetensors")) return "distilled.safetensors";
    const last = (await this.#directory.checkpointIterations()).at(-1);
    return last === undefined ? undefined : checkpointName(last);
  }

  async #read(name: string): Promise<Omit<Latest, "source">> {
    const [, iteration] = /(\d+)\.safetensors$/.exec(name) ?? [];
    if (iteration !== undefined) {
      const { state, seconds } = await this.#directory.readCheckpoint(Number(iteration));
      return { iteration: state.iteration, seconds, distilled: toDistilled(state) };
    }
    const distilled = decodeDistilled(await this.#directory.read(name));
    const list = (key: string) => JSON.parse(distilled.metadata[key] ?? "[]");
    const last = this.#events.at(-1);
    return {
      iteration: (await this.#directory.recipe()).outer.iterations,
      seconds: last?.seconds ?? 0,
      distilled,
      data: {
        shape: distilled.shapes.images,
        classes: list("classes"),
        normalization: { mean: list("mean"), std: list("std") },
      },
    };
  }

  async #currentProgress(now: number): Promise<Progress> {
    const point = this.#events.at(-1);
    const newest = [point, this.#latest].reduce(
      (last, next) => ((next?.iteration ?? -1) > (last?.iteration ?? -1) ? next : last),
      undefined,
    );
    const writtenAt = await this.#lastWrittenAt();
    const summary = (await this.#directory.has("summary.json"))
      ? (JSON.parse(
          new TextDecoder().decode(await this.#directory.read("summary.json")),
        ) as RunSummary)
      : undefined;
    return {
      type: "progress",
      stage: await this.#stage(summary !== undefined, newest !== undefined, now - writtenAt),
      iteration: newest?.iteration ?? 0,
      seconds: newest?.seconds ?? 0,
      writtenAt,
      ...(summary
        ? {
            result: {
              before: summary.before,
              accuracy: summary.accuracy,
              baseline: summary.baseline,
            },
          }
        : {}),
    };
  }

  async #stage(finished: boolean, begun: boolean, silence: number): Promise<Stage> {
    if (finished) return "finished";
    if (silence > QUIET_AFTER) return "quiet";
    if (await this.#directory.has("distilled.safetensors")) return "evaluating";
    return begun ? "training" : "preparing";
  }

  async #writtenAt(name: string): Promise<number> {
    return stat(join(this.#directory.path, name)).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
  }

  async #lastWrittenAt(): Promise<number> {
    const folders = ["", "checkpoints", "images"];
    const names = await Promise.all(
      folders.map(async (folder) => {
        const entries = await readdir(join(this.#directory.path, folder)).catch(() => []);
        return entries.map((name) => join(folder, name));
      }),
    );
    const times = await Promise.all(names.flat().map((name) => this.#writtenAt(name)));
    return Math.max(...times);
  }
}

/** @throws when they are those of a checkpoint and their shape is unknown. */
function imagesOf(recipe: Recipe, { iteration, distilled, data }: Latest): Images {
  const { images, labels, learningRates } = distilled;
  return {
    type: "images",
    iteration,
    learningRates: [...learningRates],
    values: Buffer.from(images.buffer, images.byteOffset, images.byteLength).toString("base64"),
    ...(data ?? learnedShape(recipe, { images: images.length, labels: labels.length })),
  };
}

/** A checkpoint may be removed between being listed and read; there is a later one then. */
function ignoreAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
