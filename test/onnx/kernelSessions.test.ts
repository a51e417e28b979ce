/** The table of kernels against the runtime: a model of one node loads where the table says that it does. */
import { InferenceSession } from "onnxruntime-node";
import { InferenceSession as WasmSession } from "onnxruntime-web";
import { expect, test } from "vitest";
import { kernels } from "../../src/onnx/kernels.ts";
import { missingAdapter } from "../gpu/adapter.ts";
import { missingCuda } from "../gpu/cuda.ts";
import { oneNodeModel } from "./oneNodeModels.ts";

const withoutFallback = { extra: { session: { disable_cpu_ep_fallback: "1" } } };

const entries = Object.entries(kernels).flatMap(([opType, kernel]) =>
  (["float32", "bool", "int64"] as const).flatMap((dtype) =>
    (kernel[dtype] ?? []).map((provider) => ({ opType, dtype, provider })),
  ),
);
const on = (provider: string) => entries.filter((entry) => entry.provider === provider);
const loads = async (session: Promise<{ release(): Promise<void> }>): Promise<string> => {
  try {
    await (await session).release();
    return "loads";
  } catch (error) {
    return (error as Error).message;
  }
};

test("CPU has the kernels of the table", async () => {
  for (const { opType, dtype } of on("cpu")) {
    const model = oneNodeModel(opType, dtype);
    expect(await loads(InferenceSession.create(model)), `${opType} of ${dtype}`).toBe("loads");
  }
});

test("wasm has the kernels of the table", async () => {
  for (const { opType, dtype } of on("wasm")) {
    const model = oneNodeModel(opType, dtype);
    const session = WasmSession.create(model, { executionProviders: ["wasm"] });
    expect(await loads(session), `${opType} of ${dtype}`).toBe("loads");
  }
});

test.for([
  { provider: "webgpu", missing: missingAdapter },
  { provider: "cuda", missing: missingCuda },
])("$provider has the kernels of the table", async ({ provider, missing }, { skip }) => {
  skip(missing !== undefined, missing);
  for (const { opType, dtype } of on(provider)) {
    const model = oneNodeModel(opType, dtype);
    const options = { executionProviders: [provider], ...withoutFallback };
    expect(await loads(InferenceSession.create(model, options)), `${opType} of ${dtype}`).toBe(
      "loads",
    );
  }
});

test.skipIf(missingAdapter)("WebGPU lacks what the table denies it", async () => {
  const denied = entries.filter(({ opType, dtype, provider }) => {
    const where = kernels[opType]![dtype]!;
    return provider === "cpu" && dtype === "float32" && !where.includes("webgpu");
  });
  expect(denied.map(({ opType }) => opType)).toEqual(["Sign"]);
  for (const { opType, dtype } of denied) {
    const model = oneNodeModel(opType, dtype);
    const options = { executionProviders: ["webgpu"], ...withoutFallback };
    expect(await loads(InferenceSession.create(model, options)), `${opType} of ${dtype}`).toContain(
      "fallback to CPU EP has been explicitly disabled",
    );
  }
});
