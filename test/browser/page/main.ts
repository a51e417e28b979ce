/** What the browser tests ask of the page, under one global name. */
import * as library from "../../../src/index.web.ts";
import type { Executor } from "../../../src/runtime/executor.ts";
import { takeWasmFrom } from "../../../src/runtime/wasmSettings.ts";
import { digits, digitsRecipe } from "../digits.ts";
import { caseNamed, flipOf, outputsOf } from "../parityCases.ts";

type Outputs = Record<string, number[]>;

type PageDevice = "wasm" | "webgpu";

async function executorOf(device: PageDevice, threads: number): Promise<Executor> {
  // Threads start with the script that the runtime is part of, which must not be the page's own.
  if (threads > 1) await takeWasmFrom(`${location.origin}/ort/`);
  return library.inlineExecutor({ device, threads });
}

/** The outputs of a parity case for every seed. */
async function parity(name: string, device: PageDevice, threads: number): Promise<Outputs[]> {
  const executor = await executorOf(device, threads);
  const results = await outputsOf(caseNamed(name), executor);
  await executor.close();
  return results.map((result) =>
    Object.fromEntries([...result].map(([output, data]) => [output, [...data]])),
  );
}

/** Of each of the seeds, the first unit that decides otherwise than in float64, in words. */
async function flips(
  name: string,
  device: PageDevice,
  threads: number,
  seeds: readonly number[],
): Promise<string[]> {
  const executor = await executorOf(device, threads);
  const found: string[] = [];
  for (const seed of seeds) found.push(await flipOf(caseNamed(name), executor, seed));
  await executor.close();
  return found;
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

const asked = { library, parity, flips, fetchFiles, digits, digitsRecipe };

export type PageTests = typeof asked;

declare global {
  var tests: PageTests;
}

globalThis.tests = asked;
