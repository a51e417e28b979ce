/** The GPUs of this machine, for `npm run test:gpu`. */
import { graphicsDrivers } from "../../src/io/graphicsDrivers.ts";
import { DeviceError, type DeviceName } from "../../src/runtime/devices.ts";
import { createSession } from "../../src/runtime/session.ts";
import { oneNodeModel } from "../onnx/oneNodeModels.ts";
import { missingAdapter } from "./adapter.ts";

const program = {
  name: "abs",
  bytes: oneNodeModel("Abs", "float32"),
  inputs: [{ name: "x0", dtype: "float32", shape: [2, 4] }],
  outputs: [{ name: "y", dtype: "float32", shape: [2, 4] }],
  nodes: 1,
} as const;

async function missingCuda(): Promise<string | undefined> {
  try {
    await (await createSession(program, { device: "cuda", threads: 1 })).release();
    return undefined;
  } catch (error) {
    if (error instanceof DeviceError) return error.message;
    throw error;
  }
}

const cuda = await missingCuda();
if (cuda) console.warn(`Skipped: ${cuda}`);

export const gpus: readonly { readonly device: DeviceName }[] = [
  ...(missingAdapter ? [] : [{ device: "webgpu" as const }]),
  ...(cuda ? [] : [{ device: "cuda" as const }]),
];

const { vulkan, nvidia } = await graphicsDrivers();
console.log(
  `GPUs: ${gpus.map(({ device }) => device).join(", ") || "none"}; Vulkan drivers ${vulkan.join(", ") || "unknown"}; NVIDIA ${nvidia.join(", ") || "none"}`,
);
