/** What a case's timings amount to. */
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

/** Programs whose gradients differ by more compute different things: their speeds are not compared. */
export const LARGEST_GRADIENT_ERROR = 1e-3;

export const gradientsAgree = ({ imageGradientError }: PeerTiming): boolean =>
  imageGradientError <= LARGEST_GRADIENT_ERROR;

export function caseResult(name: string, ours: Timing, peers: readonly PeerTiming[]): CaseResult {
  const sorted = peers.toSorted((a, b) => a.median - b.median);
  const comparable = sorted.length > 0 && sorted.every(gradientsAgree);
  return { name, ours, peers: sorted, ratio: comparable ? ours.median / sorted[0]!.median : null };
}
