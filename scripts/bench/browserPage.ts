/** The page of the browser benchmark. */
import { inlineExecutor } from "../../src/runtime/executor.ts";
import { takeWasmFrom } from "../../src/runtime/wasmSettings.ts";
import { iterations } from "./iterations.ts";

/** Starts wasm with so many threads. */
async function onWasm(threads: number): Promise<(count: number) => Promise<number[]>> {
  // Threads start with the script that the runtime is part of, which must not be the page's own.
  await takeWasmFrom(`${location.origin}/ort/`);
  return iterations(inlineExecutor({ device: "wasm", threads }));
}

declare global {
  var bench: { readonly onWasm: typeof onWasm; run?: (count: number) => Promise<number[]> };
}

globalThis.bench = { onWasm };
