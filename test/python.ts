import { spawnSync } from "node:child_process";

/** The Python that tests run: ONNX_DISTILL_PYTHON, else python3. */
export const python = process.env.ONNX_DISTILL_PYTHON ?? "python3";

export const runPython = (...args: string[]) =>
  spawnSync(python, args, { encoding: "utf8", maxBuffer: 2 ** 28 });

/** Why Python cannot take part with these modules, if so; the reason is printed. For `test.skipIf`. */
export function lacking(...modules: string[]): string | undefined {
  const { error, status, stderr } = runPython("-c", `import ${modules.join(", ")}`);
  if (status === 0) return undefined;
  const reason = error
    ? `${python} cannot be started: ${error.message}`
    : `${python}: ${stderr.trim().split("\n").at(-1)}`;
  console.warn(
    `Skipped: ${reason}; set ONNX_DISTILL_PYTHON to a Python with ${modules.join(" and ")}.`,
  );
  return reason;
}
