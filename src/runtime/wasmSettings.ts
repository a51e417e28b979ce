/** Where browsers find ONNX Runtime's .wasm files. */
import * as ort from "#ort";

/**
 * Takes the runtime's .mjs and .wasm files from a folder, given by its address with a slash at the end, instead of where
 * the bundler put them. Must come before the first session.
 */
export async function takeWasmFrom(folder: string): Promise<void> {
  const wasm = await import("#ort-wasm");
  for (const { env } of [ort, wasm]) env.wasm.wasmPaths = folder;
}
