/** What the browser tests ask of the page, under one global name. */
import * as library from "../../../src/index.web.ts";
import { takeWasmFrom } from "../../../src/runtime/wasmSettings.ts";
import { digits, digitsRecipe } from "../digits.ts";
import { outputsOf, parityCases } from "../parityCases.ts";

type Outputs = Record<string, number[]>;

/** The outputs of a parity case for every seed. */
async function parity(
  name: string,
  device: "wasm" | "webgpu",
  threads: number,
): Promise<Outputs[]> {
  // Threads start with the script that the runtime is part of, which must not be the page's own.
  if (threads > 1) await takeWasmFrom(`${location.origin}/ort/`);
  const executor = library.inlineExecutor({ device, threads });
  const parityCase = parityCases.find((one) => one.name === name)!;
  const results = await outputsOf(parityCase, executor);
  await executor.close();
  return results.map((result) =>
    Object.fromEntries([...result].map(([output, data]) => [output, [...data]])),
  );
}

/** Files below an address by their names. */
async function fetchFiles(
  address: string,
  names: readonly string[],
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const name of names) {
    const answer = await fetch(`${address}/${name}`);
    files.set(name, new Uint8Array(await answer.arrayBuffer()));
  }
  return files;
}

const asked = { library, parity, fetchFiles, digits, digitsRecipe };

export type PageTests = typeof asked;

declare global {
  var tests: PageTests;
}

globalThis.tests = asked;
