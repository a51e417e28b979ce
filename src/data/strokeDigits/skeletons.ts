import { FIVE_TO_NINE } from "./fiveToNine.ts";
import type { WritingStyle } from "./writingStyle.ts";
import { ZERO_TO_FOUR } from "./zeroToFour.ts";

/** The ways of writing each digit, 0 to 9. */
export const WRITING_STYLES: readonly (readonly WritingStyle[])[] = [
  ...ZERO_TO_FOUR,
  ...FIVE_TO_NINE,
];
