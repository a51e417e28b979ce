/** How the cores of a machine are shared out among worker threads. */
import { isWide } from "../../graphs/index.ts";
import type { DeviceName } from "../runtime/devices.ts";
import type { Problem } from "./problem.ts";

/** Workers that compute at the same time, and threads inside each. */
export interface Layout {
  readonly workers: number;
  readonly threads: number;
}

/**
 * What was asked for, and what suits the problem for the rest.
 *
 * Narrow networks get one single-threaded worker per core: their matrices are too small to share, and workers divide
 * the real batch. Every worker repeats the inner steps of its network, though, which costs wide networks more than it
 * saves: they get a worker per network sampled, with the cores shared out among these as threads
 * (docs/performance.md has the measurement). The evaluation at a run's end keeps the layout. Devices other than the
 * CPU get one worker.
 */
export function chooseLayout(
  {
    network,
    recipe,
  }: Pick<Problem, "network"> & {
    readonly recipe: { readonly outer: Pick<Problem["recipe"]["outer"], "networks"> };
  },
  device: DeviceName,
  cores: number,
  asked: Partial<Layout> = {},
): Layout {
  const most = isWide(network) ? Math.min(cores, recipe.outer.networks) : cores;
  const workers = asked.workers ?? (device === "cpu" ? most : 1);
  const threads = asked.threads ?? Math.max(1, Math.floor(cores / workers));
  return { workers, threads };
}
