/** What the page of the browser benchmark computes. */
import { inlineExecutor } from "../../src/runtime/executor.ts";
import { takeWasmFrom } from "../../src/runtime/wasmSettings.ts";
import { iterations } from "./iterations.ts";

/** Iterations on wasm with so many threads, its files taken from below /ort. */
export async function onWasm(threads: number): Promise<(count: number) => Promise<number[]>> {
  // Threads start with the script that the runtime is part of, which must not be the page's own.
  await takeWasmFrom(`${location.origin}/ort/`);
  return iterations(inlineExecutor({ device: "wasm", threads }));
}
