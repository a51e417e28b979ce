/** ONNX Runtime's CUDA libraries, which its package leaves out. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Last lines of the installer's output that an error shows. */
const SHOWN = 6;

/** The installer does what these say rather than what it is told; npm sets the second one from an .npmrc. */
const OVERRIDES = ["ONNXRUNTIME_NODE_INSTALL", "npm_config_onnxruntime_node_install"];

export interface CudaInstaller {
  /** The runtime's program that downloads. */
  readonly script: string;
  /** What it puts there. */
  readonly library: string;
}

/** Of the onnxruntime-node that is used here. */
function installerOf(): CudaInstaller {
  const script = createRequire(import.meta.url).resolve("onnxruntime-node/script/install.js");
  const platform = join("linux", "x64", "libonnxruntime_providers_cuda.so");
  return { script, library: join(dirname(script), "..", "bin", "napi-v6", platform) };
}

/**
 * Runs the runtime's own installer, which downloads some hundred megabytes from NuGet into onnxruntime-node.
 * @param onOutput is handed what it prints.
 * @throws when the installer fails, with what it said last, or has not put the library there.
 */
export async function installCuda(
  onOutput: (text: string) => void,
  { script, library } = installerOf(),
): Promise<void> {
  const env = { ...process.env };
  for (const name of OVERRIDES) delete env[name];
  const child = spawn(process.execPath, [script, "--onnxruntime-node-install=cuda12"], {
    stdio: ["ignore", "pipe", "pipe"],
    env,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      onOutput(text);
    });
  }
  const code = await new Promise<number | string>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(signal ?? code ?? 1));
  });
  if (code !== 0) {
    throw new Error(
      `CUDA was not installed: ONNX Runtime's installer ended with ${code}. ${whyFailed(output)}`,
    );
  }
  if (!existsSync(library))
    throw new Error(
      `CUDA was not installed: after ONNX Runtime's installer there is no ${library}`,
    );
}

/** What an installer's output says of its failure, and what to do. */
export function whyFailed(output: string): string {
  const lines = output.trim().split("\n");
  if (/Invalid installation/.test(output))
    return "onnxruntime-node has CUDA libraries for x64 Linux only.";
  const said = `It said last:\n${lines.slice(-SHOWN).join("\n")}`;
  return /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|certificate/.test(
    output,
  )
    ? `It could not reach api.nuget.org: check the network; behind a proxy set GLOBAL_AGENT_HTTPS_PROXY. ${said}`
    : said;
}
