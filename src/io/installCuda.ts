/** ONNX Runtime's CUDA libraries, which its package leaves out. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";

/** Last lines of the installer's output that an error shows. */
const SHOWN = 6;

/**
 * Runs the runtime's own installer, which downloads some hundred megabytes from NuGet into onnxruntime-node.
 * @param onOutput is handed what it prints.
 * @throws when the installer fails, with what it said last.
 */
export async function installCuda(onOutput: (text: string) => void): Promise<void> {
  const script = createRequire(import.meta.url).resolve("onnxruntime-node/script/install.js");
  const child = spawn(process.execPath, [script, "--onnxruntime-node-install=cuda12"], {
    stdio: ["ignore", "pipe", "pipe"],
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
  if (code === 0) return;
  throw new Error(
    `CUDA was not installed: ONNX Runtime's installer ended with ${code}. ${whyFailed(output)}`,
  );
}

/** What an installer's output says of its failure, and what to do. */
export function whyFailed(output: string): string {
  const lines = output.trim().split("\n");
  if (/Invalid installation/.test(output)) {
    return "It has CUDA libraries for x64 Linux only; on Windows they are part of the package, and macOS has no CUDA.";
  }
  const said = `It said last:\n${lines.slice(-SHOWN).join("\n")}`;
  return /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|certificate/.test(
    output,
  )
    ? `It could not reach api.nuget.org: check the network; behind a proxy set GLOBAL_AGENT_HTTPS_PROXY. ${said}`
    : said;
}
