/** What a command may use of the machine: device, workers, threads and memory. */
import { availableParallelism, cpus, totalmem } from "node:os";
import { type Command, InvalidArgumentError } from "commander";
import { isWide, type Network } from "../../graphs/index.ts";
import { chooseLayout, type Layout } from "../distill/layout.ts";
import type { Problem } from "../distill/problem.ts";
import { chooseDevice } from "../io/probeInProcess.ts";
import type { Resources } from "../io/recipeRun.ts";
import { type DeviceChoice, type DeviceName, deviceChoice, isGpu } from "../runtime/devices.ts";
import type { Executor } from "../runtime/executor.ts";
import { fastestTarget } from "../runtime/fastestTarget.ts";
import { workerExecutor } from "../runtime/workerExecutor.ts";
import { parseCount } from "./command.ts";
import { UsageError } from "./errors.ts";

export interface ResourceOptions {
  readonly device?: string;
  readonly workers?: number;
  readonly threads?: number;
  readonly memory?: number;
  /** Ends the trying of devices. */
  readonly signal?: AbortSignal;
}

/** Adds --workers and --threads. */
export const withWorkers = (command: Command): Command =>
  command
    .option(
      "--workers <n>",
      "worker threads that compute at the same time (default: one per core, or per network sampled where convolutions are wide)",
      parseCount(1),
    )
    .option(
      "--threads <n>",
      "threads inside each worker (default: cores / workers)",
      parseCount(1),
    );

/** Adds --workers, --threads and --memory. */
export const withResources = (command: Command): Command =>
  withWorkers(command).option(
    "--memory <size>",
    "memory that all workers may use, such as 4GB (default: half of the machine's, at most 8GB on a GPU)",
    parseBytes,
  );

/** Starts the workers. A run that is resumed keeps the layout that its numbers depend on. */
export async function startExecutor(
  options: ResourceOptions,
  say: Say,
  problem: Problem,
  layout?: Layout,
): Promise<Resources> {
  const device = await resolveDevice(options, say, problem.network);
  const chosen = chooseLayout(problem, device, availableParallelism(), { ...options, ...layout });
  const executor = workerExecutor({ device, target: await fastestTarget(device), ...chosen });
  return { executor, memory: options.memory ?? memoryOf(device) };
}

/** Half of the machine's. No provider says how much a GPU has: what most of them have. */
const memoryOf = (device: DeviceName): number =>
  Math.min(totalmem() / 2, isGpu(device) ? 8e9 : Infinity);

/** Starts workers that train networks side by side: one on all cores where convolutions are wide. */
export async function startWorkers(
  options: ResourceOptions,
  say: Say,
  network: Network,
): Promise<Executor> {
  const device = await resolveDevice(options, say, network);
  const one = { network, recipe: { outer: { networks: 1 } } };
  const chosen = chooseLayout(one, device, availableParallelism(), options);
  return workerExecutor({ device, target: await fastestTarget(device), ...chosen });
}

/** Tells the user something that stays. */
export type Say = (text: string) => void;

/**
 * The device that was asked for; of `auto` the one that is fastest for a network, which is said.
 * @throws {UsageError} when there is none of that name.
 */
export async function resolveDevice(
  { device = "cpu", signal }: ResourceOptions,
  say: Say,
  network?: Network,
): Promise<DeviceName> {
  const choice = choiceOf(device);
  if (choice !== "auto") return choice;
  const wide = network !== undefined && isWide(network);
  const chosen = await chooseDevice({
    network: wide ? "alexcifarnet" : "lenet",
    threads: availableParallelism(),
    signal,
  });
  say(`device ${chosen.device}: ${chosen.reason}`);
  return chosen.device;
}

/**
 * A device or `auto`, as it was asked for.
 * @throws {UsageError} when it is neither.
 */
export function choiceOf(device: string): DeviceChoice {
  try {
    return deviceChoice(device);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/**
 * Bytes of "4GB", "512 MiB" or plain "1000000".
 * @throws {InvalidArgumentError} for anything else.
 */
export function parseBytes(text: string): number {
  const [, amount, prefix, binary] = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?\s*$/i.exec(text) ?? [];
  if (amount === undefined)
    throw new InvalidArgumentError("Expected a size such as 4GB or 512MiB.");
  const power = " kmgt".indexOf((prefix || " ").toLowerCase());
  return Number(amount) * (binary ? 1024 : 1000) ** power;
}

export const machine = (device: string) => ({
  cpu: cpus()[0]?.model ?? "unknown",
  cores: availableParallelism(),
  device,
});
