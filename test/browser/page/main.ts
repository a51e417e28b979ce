/** What the browser tests ask of the page, under one global name. */
import * as library from "../../../src/index.web.ts";
import { takeWasmFrom } from "../../../src/runtime/wasmSettings.ts";
import { outputsOf, parityCases } from "../parityCases.ts";

type Outputs = Record<string, number[]>;

/** The outputs of a parity case for every seed. */
async function parity(
  name: string,
  device: "wasm" | "webgpu",
  threads: number,
): Promise<Outputs[]> {
  const executor = library.inlineExecutor({ device, threads });
  const parityCase = parityCases.find((one) => one.name === name)!;
  const results = await outputsOf(parityCase, executor);
  await executor.close();
  return results.map((result) =>
    Object.fromEntries([...result].map(([output, data]) => [output, [...data]])),
  );
}

const asked = { library, parity, takeWasmFrom };

export type PageTests = typeof asked;

declare global {
  var tests: PageTests;
}

globalThis.tests = asked;
