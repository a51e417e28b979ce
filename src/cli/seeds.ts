/** Lists of seeds on the command line. */
import { parseCount } from "./command.ts";

/** Whole numbers apart by commas, each once. */
export const parseSeeds = (text: string): number[] => [
  ...new Set(text.split(",").map(parseCount(0))),
];
