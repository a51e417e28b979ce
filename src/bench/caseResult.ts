/** What a case's timings amount to. */
import type { BenchCase } from "./cases.ts";
import type { Timing } from "./interleave.ts";

export interface PeerTiming extends Timing {
  readonly name: string;
  /** Relative L2 error between our gradient of the distilled images and the peer's, on the same inputs. */
  readonly imageGradientError: number;
}

export interface CaseResult {
  readonly name: string;
  readonly ours: Timing;
  /** The fastest first. */
  readonly peers: readonly PeerTiming[];
  /** Our median over the fastest peer's; null without a peer, or where a gradient disagrees. */
  readonly ratio: number | null;
}

export const gradientsAgree = (
  { imageGradientError }: PeerTiming,
  { largestError }: Pick<BenchCase, "largestError">,
): boolean => imageGradientError <= largestError;

export function caseResult(
  benchCase: Pick<BenchCase, "name" | "largestError">,
  ours: Timing,
  peers: readonly PeerTiming[],
): CaseResult {
  const { name } = benchCase;
  const sorted = peers.toSorted((a, b) => a.median - b.median);
  const comparable = sorted.length > 0 && sorted.every((peer) => gradientsAgree(peer, benchCase));
  return { name, ours, peers: sorted, ratio: comparable ? ours.median / sorted[0]!.median : null };
}
