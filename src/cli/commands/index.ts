/** All commands, in the order of the help text. */
import type { Register } from "../command.ts";
import { registerRun } from "./run.ts";

export const commands: readonly Register[] = [registerRun];
