/** The one table of derivatives, total over the operators. */
import type { OpName } from "../../ir/ops.ts";
import { piecewiseConstant, type RuleTable } from "../rule.ts";
import { elementwiseRules } from "./elementwise.ts";
import { movementRules } from "./movement.ts";
import { poolRules, productRules } from "./products.ts";
import { reductionRules } from "./reduction.ts";

export const rules: RuleTable<OpName> = {
  input: piecewiseConstant,
  constant: piecewiseConstant,
  ...elementwiseRules,
  ...movementRules,
  ...reductionRules,
  ...productRules,
  ...poolRules,
};
