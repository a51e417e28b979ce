/**
 * How large the library is in browsers: its entry, with everything that it exports, and the worker of a workbench, bundled
 * as for a page. Our code and its dependencies count, ONNX Runtime does not. Fails over the budget, or where a module of
 * Node is reached.
 */
import { isBuiltin } from "node:module";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Plugin, type Rolldown } from "vite";

/** Kilobytes (1000 bytes) after gzip. */
export const BUDGET = 100;

export interface ScriptSize {
  readonly script: "library" | "worker";
  /** Kilobytes after gzip. */
  readonly kilobytes: number;
}

export interface BundleSize {
  readonly scripts: readonly ScriptSize[];
  /** Modules of Node that are reached, with what reaches them. */
  readonly nodeModules: readonly string[];
}

const isRuntime = (specifier: string): boolean => /^(#ort(-wasm)?$|onnxruntime-)/.test(specifier);

/** Leaves ONNX Runtime out, and notes modules of Node. */
const outsiders = (nodeModules: string[]): Plugin => ({
  name: "outsiders",
  enforce: "pre",
  resolveId(specifier, importer) {
    if (isBuiltin(specifier)) nodeModules.push(`${specifier} from ${importer}`);
    return isRuntime(specifier) ? { id: specifier, external: true } : undefined;
  },
});

/** Bundles index.web for a page; `entry` is a file of sources or of the built package. */
export async function bundleSize(entry: string): Promise<BundleSize> {
  const nodeModules: string[] = [];
  const result = await build({
    configFile: false,
    logLevel: "error",
    worker: { format: "es", plugins: () => [outsiders(nodeModules)] },
    plugins: [outsiders(nodeModules)],
    build: {
      write: false,
      target: "es2022",
      rolldownOptions: { input: entry, preserveEntrySignatures: "strict" },
    },
  });
  const { output } = result as Rolldown.RolldownOutput;
  const scripts = output.flatMap((file): ScriptSize[] => {
    if (file.type === "chunk") return [{ script: "library", kilobytes: zipped(file.code) }];
    return file.fileName.endsWith(".js")
      ? [{ script: "worker", kilobytes: zipped(file.source) }]
      : [];
  });
  return { scripts, nodeModules: [...new Set(nodeModules)] };
}

const zipped = (code: string | Uint8Array): number => gzipSync(code, { level: 9 }).length / 1000;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { scripts, nodeModules } = await bundleSize(
    fileURLToPath(new URL("../src/index.web.js", import.meta.url)),
  );
  for (const { script, kilobytes } of scripts)
    console.log(`${script.padEnd(8)} ${kilobytes.toFixed(1)} KB gzip, at most ${BUDGET}`);
  for (const reached of nodeModules) console.error(`reaches ${reached}`);
  const tooLarge = scripts.some(({ kilobytes }) => kilobytes > BUDGET);
  process.exitCode = tooLarge || nodeModules.length > 0 ? 1 : 0;
}
