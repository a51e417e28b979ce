/** The folder of a run: recipe.json, events.jsonl, checkpoints/, results, pictures and report. */
import { appendFile, mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseRecipe, type Recipe } from "../distill/recipe.ts";
import type { Checkpoint, RunEvent, RunStorage } from "../distill/run.ts";
import { isTemporaryFile, writeFileAtomic } from "./atomicFile.ts";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpointFile.ts";

/** Checkpoints that stay: the last two, to resume from, and the first after every tenth of the run. */
const KEPT_LAST = 2;
const KEPT_PARTS = 10;
const FOLDERS = ["checkpoints", "images"] as const;
/** Folder of the networks that a run samples from, where it keeps them. */
export const NETWORKS = "networks";

export class RunDirectory implements RunStorage {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * A new run.
   * @throws when the folder exists and is not empty.
   */
  static async create(path: string, recipe: Recipe): Promise<RunDirectory> {
    await RunDirectory.expectUnused(path);
    await mkdir(path, { recursive: true });
    const run = new RunDirectory(path);
    await run.write("recipe.json", `${JSON.stringify(recipe, undefined, 2)}\n`);
    for (const folder of FOLDERS) await mkdir(join(path, folder));
    return run;
  }

  /** Whether a folder is empty or not there. */
  static async isUnused(path: string): Promise<boolean> {
    return (await readdir(path).catch(() => [])).every(isTemporaryFile);
  }

  /**
   * @throws when the folder exists and is not empty.
   */
  static async expectUnused(path: string): Promise<void> {
    if (await RunDirectory.isUnused(path)) return;
    throw new Error(
      `${path} is not empty: add --resume to continue the run in it, or choose another folder with --out`,
    );
  }

  /**
   * An existing run.
   * @throws when there is none in the folder.
   */
  static async open(path: string): Promise<RunDirectory> {
    const run = new RunDirectory(path);
    await run.recipe();
    return run;
  }

  async recipe(): Promise<Recipe> {
    const text = await readFile(join(this.path, "recipe.json"), "utf8").catch(() => {
      throw new Error(`${this.path} holds no run: expected a recipe.json in it`);
    });
    return parseRecipe(JSON.parse(text));
  }

  /** Writes a file of the run, whole or not at all. */
  write(name: string, content: string | Uint8Array): Promise<void> {
    return writeFileAtomic(join(this.path, name), content);
  }

  /** Whether the run has a file. */
  has(name: string): Promise<boolean> {
    return stat(join(this.path, name)).then(
      (info) => info.isFile(),
      () => false,
    );
  }

  read(name: string): Promise<Uint8Array> {
    return readFile(join(this.path, name));
  }

  async event(event: RunEvent): Promise<void> {
    await appendFile(join(this.path, "events.jsonl"), `${JSON.stringify(event)}\n`);
  }

  async events(): Promise<RunEvent[]> {
    const text = await readFile(join(this.path, "events.jsonl"), "utf8").catch(() => "");
    return text
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as RunEvent);
  }

  async checkpoint(checkpoint: Checkpoint): Promise<void> {
    await this.write(checkpointName(checkpoint.state.iteration), encodeCheckpoint(checkpoint));
    await this.#prune();
  }

  /** The last checkpoint, with the events after it dropped; undefined for a run that has none yet. */
  async resume(): Promise<Checkpoint | undefined> {
    await this.#repair();
    const last = (await this.checkpointIterations()).at(-1);
    if (last === undefined) {
      await rm(join(this.path, "events.jsonl"), { force: true });
      return undefined;
    }
    const checkpoint = await this.readCheckpoint(last);
    const kept = (await this.events()).filter(({ iteration }) => iteration <= last);
    await this.write("events.jsonl", kept.map((event) => `${JSON.stringify(event)}\n`).join(""));
    return checkpoint;
  }

  /** Puts right what a killed process left half done. */
  async #repair(): Promise<void> {
    for (const folder of FOLDERS) await mkdir(join(this.path, folder), { recursive: true });
    for (const folder of ["", ...FOLDERS, NETWORKS]) {
      const path = join(this.path, folder);
      const left = (await readdir(path).catch(() => [])).filter(isTemporaryFile);
      for (const name of left) await rm(join(path, name), { force: true });
    }
  }

  /** Iterations of the stored checkpoints, ascending. */
  async checkpointIterations(): Promise<number[]> {
    const names = await readdir(join(this.path, "checkpoints")).catch(() => []);
    return names
      .flatMap((name) => /^(\d+)\.safetensors$/.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
  }

  async readCheckpoint(iteration: number): Promise<Checkpoint> {
    return decodeCheckpoint(await this.read(checkpointName(iteration)));
  }

  async #prune(): Promise<void> {
    const { outer } = await this.recipe();
    const iterations = await this.checkpointIterations();
    const part = (iteration: number) => Math.floor((iteration * KEPT_PARTS) / outer.iterations);
    const isFirstOfPart = (iteration: number, i: number) =>
      i === 0 || part(iterations[i - 1]!) < part(iteration);
    const dropped = iterations
      .slice(0, -KEPT_LAST)
      .filter((iteration, i) => !isFirstOfPart(iteration, i));
    for (const iteration of dropped)
      await rm(join(this.path, checkpointName(iteration)), { force: true });
  }
}

/** Where a checkpoint is within the run's folder. */
export const checkpointName = (iteration: number): string =>
  join("checkpoints", `${String(iteration).padStart(7, "0")}.safetensors`);
