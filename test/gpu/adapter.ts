/** Whether WebGPU runs in Node on this machine; SwiftShader, a Vulkan driver for processors, counts. */
import { spawnSync } from "node:child_process";
import { oneNodeModel } from "../onnx/oneNodeModels.ts";

/** Runs the model that it is given; a process of its own, since drivers may end it. */
const program = `
const { InferenceSession, Tensor } = require("onnxruntime-node");
(async () => {
  const model = Buffer.from(process.argv[1], "base64");
  const session = await InferenceSession.create(model, { executionProviders: ["webgpu"] });
  const { y } = await session.run({ x0: new Tensor("float32", new Float32Array(8).fill(-1), [2, 4]) });
  if (y.data.some((value) => value !== 1)) throw new Error("it computes |-1| wrongly");
})().catch((error) => {
  console.log(error.message);
  process.exitCode = 1;
});`;

function findReason(): string | undefined {
  const model = Buffer.from(oneNodeModel("Abs", "float32")).toString("base64");
  const { status, signal, stdout } = spawnSync(process.execPath, ["-e", program, model], {
    encoding: "utf8",
  });
  if (status === 0) return undefined;
  return stdout.trim().split("Failed to ").at(-1) || `the driver ended with ${signal ?? status}`;
}

/** Why there is none, if so; the reason is printed. For `test.skipIf`. */
export const missingAdapter: string | undefined = findReason();

if (missingAdapter) {
  console.warn(
    `Skipped: no WebGPU adapter (${missingAdapter}); install libvulkan1 and a Vulkan driver, or with Debian's ` +
      "chromium set VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json.",
  );
}
