/** Whether CUDA runs in Node on this machine. */
import { DeviceError } from "../../src/runtime/devices.ts";
import { createSession } from "../../src/runtime/session.ts";
import { oneNodeModel } from "../onnx/oneNodeModels.ts";

const program = {
  name: "abs",
  bytes: oneNodeModel("Abs", "float32"),
  inputs: [{ name: "x0", dtype: "float32", shape: [2, 4] }],
  outputs: [{ name: "y", dtype: "float32", shape: [2, 4] }],
  nodes: 1,
} as const;

async function findReason(): Promise<string | undefined> {
  try {
    await (await createSession(program, { device: "cuda", threads: 1 })).release();
    return undefined;
  } catch (error) {
    if (error instanceof DeviceError) return error.message;
    throw error;
  }
}

/** Why there is none, if so; the reason is printed. For `test.skipIf`. */
export const missingCuda: string | undefined = await findReason();

if (missingCuda) console.warn(`Skipped: ${missingCuda}`);
