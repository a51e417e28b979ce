/** The GPUs of this machine, for `npm run test:gpu`. */
import { graphicsDrivers } from "../../src/io/graphicsDrivers.ts";
import type { DeviceName } from "../../src/runtime/devices.ts";
import { missingAdapter } from "./adapter.ts";
import { missingCuda } from "./cuda.ts";

export const gpus: readonly { readonly device: DeviceName }[] = [
  ...(missingAdapter ? [] : [{ device: "webgpu" as const }]),
  ...(missingCuda ? [] : [{ device: "cuda" as const }]),
];

const { vulkan, nvidia } = await graphicsDrivers();
console.log(
  `GPUs: ${gpus.map(({ device }) => device).join(", ") || "none"}; Vulkan drivers ${vulkan.join(", ") || "unknown"}; NVIDIA ${nvidia.join(", ") || "none"}`,
);
