/** Runs cases against peers: results are compared first, then the programs take turns. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { relativeError } from "../ir/float32.ts";
import { type CaseResult, caseResult } from "./caseResult.ts";
import { type BenchCase, EVALUATED_NETWORKS, TRAINED_NETWORKS } from "./cases.ts";
import { ChildProgram } from "./childProgram.ts";
import { type InterleaveOptions, interleave } from "./interleave.ts";
import {
  type MatrixPeak,
  type OurPreparation,
  type OurSetup,
  ourResultFile,
  type PeerSetup,
  peerResultFile,
  type Turn,
} from "./protocol.ts";
import { startTorchPeers, type TorchInstallation } from "./torchPeer.ts";

export interface BenchOptions
  extends Omit<OurSetup, "case" | "folder">,
    Pick<InterleaveOptions, "rounds" | "iterations" | "signal"> {
  readonly torch?: TorchInstallation;
  onProgress?(text: string): void;
}

/** A case's result and the time that its useful work would take at the speed of matrix products. */
export interface MeasuredCase {
  readonly benchCase: BenchCase;
  readonly result: CaseResult;
  /** FLOP/s of matrix products on the same workers, in the same run. */
  readonly flopsPerSecond: number;
  /** Milliseconds that the products of one iteration take at that speed. */
  readonly limit: number;
}

/**
 * Measures one case in fresh processes.
 * @throws when a program fails, or the signal's reason once it is aborted.
 */
export async function benchmark(
  benchCase: BenchCase,
  options: BenchOptions,
): Promise<MeasuredCase> {
  const { device, workers, threads, seed } = options;
  const { rounds, iterations, signal, torch, onProgress } = options;
  const folder = await mkdtemp(join(tmpdir(), "onnx-distill-bench-"));
  const programs: ChildProgram[] = [];
  const say = (text: string) => onProgress?.(`case ${benchCase.name}: ${text}`);
  try {
    say("preparing");
    const ours = ChildProgram.node("onnx-distill", new URL("./ourProgram.js", import.meta.url));
    programs.push(ours);
    const { parameters, flops } = await ours.ask<OurPreparation>({
      kind: "prepare",
      setup: { case: benchCase, seed, device, workers, threads, folder } satisfies OurSetup,
    });
    const cores = availableParallelism();
    const peers = torch ? startTorchPeers(torch, cores) : [];
    programs.push(...peers);
    const errors: number[] = [];
    for (const peer of peers) {
      say(`comparing results with ${peer.name}`);
      await peer.ask({
        kind: "prepare",
        setup: peerSetup(benchCase, parameters, cores, folder),
      });
      errors.push(await resultError(folder));
    }
    const runners = programs.map(
      (program) => (count: number) => program.ask<Turn>({ kind: "run", iterations: count }),
    );
    const [timing, ...peerTimings] = await interleave(runners, {
      rounds,
      iterations,
      signal,
      onTurn: (round, i) => say(`round ${round + 1} of ${rounds}, ${programs[i]!.name}`),
    });
    const { flopsPerSecond } = await ours.ask<MatrixPeak>({ kind: "matrixPeak" });
    const compared = peerTimings.map((peerTiming, i) => ({
      name: peers[i]!.name,
      ...peerTiming,
      imageGradientError: errors[i]!,
    }));
    return {
      benchCase,
      result: caseResult(benchCase, timing!, compared),
      flopsPerSecond,
      limit: (flops / flopsPerSecond) * 1000,
    };
  } catch (error) {
    // Ctrl-C reaches the programs as well: what they then report is not what happened.
    signal?.throwIfAborted();
    throw error;
  } finally {
    await Promise.all(programs.map((program) => program.close()));
    await rm(folder, { recursive: true, force: true });
  }
}

export const peerSetup = (
  { work, network, steps, epochs, comparedEpochs, batch, learningRate }: BenchCase,
  parameters: readonly string[],
  threads: number,
  folder: string,
  device: PeerSetup["device"] = "cpu",
): PeerSetup => ({
  work,
  network,
  steps,
  epochs,
  comparedEpochs,
  batch,
  learningRate,
  parameters,
  networks: work === "training" ? TRAINED_NETWORKS : EVALUATED_NETWORKS,
  threads,
  device,
  folder,
});

async function resultError(folder: string): Promise<number> {
  const [ours, peer] = await Promise.all(
    [ourResultFile, peerResultFile].map(async (file) => {
      const { buffer, byteOffset, byteLength } = await readFile(join(folder, file));
      return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
    }),
  );
  return relativeError(ours!, peer!);
}
