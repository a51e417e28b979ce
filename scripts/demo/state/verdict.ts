/** What comes of checking a bundle's claim, in words. */
import type { Verification } from "../../../src/web/verifyBundle.ts";

/** Distances are in percentage points. */
export function verdictOf({ claimed, measured, tolerance, agrees }: Verification): string {
  if (agrees) return "it holds";
  const apart = Math.abs(measured.mean - claimed.mean);
  return `${points(apart)} points away, ${points(tolerance)} are allowed`;
}

const points = (fraction: number): string => (fraction * 100).toFixed(2);
