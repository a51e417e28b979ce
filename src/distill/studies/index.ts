/** All studies, in the order of the paper. */
import { attack } from "./attack.ts";
import { stepsEpochs } from "./stepsEpochs.ts";
import type { Study } from "./study.ts";
import { table1 } from "./table1.ts";
import { table2 } from "./table2.ts";
import { table3 } from "./table3.ts";

export const studies: readonly Study[] = [table1, table2, table3, attack, stepsEpochs];

export const studyNamed = (name: string): Study | undefined =>
  studies.find((study) => study.name === name);
