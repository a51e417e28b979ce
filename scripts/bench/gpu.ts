/**
 * `npm run bench:gpu -- [--case a] [--batch B] [--rounds n] [--iterations n]`: iterations of the trainer on this machine's
 * GPUs beside the CPU and, where python3 has it, PyTorch on CUDA. The programs take turns; one whose
 * gradient is not the CPU's is left out. SwiftShader, a Vulkan driver for processors, counts as a GPU and is named.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { peerSetup } from "../../src/bench/benchmark.ts";
import { benchCases, benchProblem, titleOf } from "../../src/bench/cases.ts";
import { interleave, type Runner } from "../../src/bench/interleave.ts";
import { prepareOurSide } from "../../src/bench/ours.ts";
import { inputsFile, peerResultFile, type Turn } from "../../src/bench/protocol.ts";
import { findTorch, startTorchOnCuda } from "../../src/bench/torchPeer.ts";
import { formatNumber, formatTable } from "../../src/cli/format.ts";
import { chooseLayout } from "../../src/distill/layout.ts";
import { graphicsDrivers } from "../../src/io/graphicsDrivers.ts";
import { encodeSafetensors } from "../../src/io/safetensors.ts";
import { relativeError } from "../../src/ir/float32.ts";
import { DeviceError, type DeviceName } from "../../src/runtime/devices.ts";
import { fastestTarget } from "../../src/runtime/fastestTarget.ts";
import { workerExecutor } from "../../src/runtime/workerExecutor.ts";

const { values: options } = parseArgs({
  options: {
    case: { type: "string", default: "a" },
    batch: { type: "string" },
    rounds: { type: "string", default: "3" },
    iterations: { type: "string", default: "10" },
  },
});
const named = benchCases.find(({ name }) => name === options.case);
if (!named)
  throw new Error(
    `no case "${options.case}": there are ${benchCases.map(({ name }) => name).join(", ")}`,
  );
const whole = (name: "batch" | "rounds" | "iterations", otherwise = 0): number => {
  const value = options[name] === undefined ? otherwise : Number(options[name]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Error(`--${name} takes a whole number from 1 on, got "${options[name]}"`);
};
const benchCase = { ...named, batch: whole("batch", named.batch) };
const problem = benchProblem(benchCase, { seed: 1 });
const cores = availableParallelism();

const { vulkan, nvidia } = await graphicsDrivers();
console.log(`${titleOf(benchCase)}
CPU ${cpus()[0]?.model}, ${cores} threads; Vulkan drivers: ${vulkan.join(", ") || "unknown"}; NVIDIA: ${nvidia.join(", ") || "none"}`);

interface Program {
  readonly name: string;
  readonly result: ArrayLike<number>;
  readonly run: Runner;
  close(): Promise<void>;
}

/** The trainer on a device, or undefined where that is missing. */
async function ours(device: DeviceName, folder: string): Promise<Program | undefined> {
  const layout = chooseLayout(problem, device, cores);
  const executor = workerExecutor({ device, target: await fastestTarget(device), ...layout });
  try {
    const { inputs, result, run } = await prepareOurSide(benchCase, problem, executor);
    if (device === "cpu") await writeFile(join(folder, inputsFile), encodeSafetensors(inputs));
    return { name: `onnx-distill, ${device}`, result, run, close: () => executor.close() };
  } catch (error) {
    await executor.close();
    if (!(error instanceof DeviceError)) throw error;
    console.log(`Skipped: ${error.message}`);
    return undefined;
  }
}

async function torchOnCuda(folder: string): Promise<Program | undefined> {
  const torch = await findTorch();
  if ("missing" in torch || !torch.card) {
    console.log(`Skipped: PyTorch on CUDA (${"missing" in torch ? torch.missing : "no card"})`);
    return undefined;
  }
  const program = startTorchOnCuda(torch);
  const names = problem.network.parameters.map(({ name }) => name);
  await program.ask({ kind: "prepare", setup: peerSetup(benchCase, names, cores, folder, "cuda") });
  const { buffer, byteOffset, byteLength } = await readFile(join(folder, peerResultFile));
  return {
    name: program.name,
    result: new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength)),
    run: (iterations) => program.ask<Turn>({ kind: "run", iterations }),
    close: () => program.close(),
  };
}

const folder = await mkdtemp(join(tmpdir(), "onnx-distill-bench-"));
const programs: Program[] = [];
try {
  for (const start of [
    () => ours("cpu", folder),
    () => ours("webgpu", folder),
    () => ours("cuda", folder),
    () => torchOnCuda(folder),
  ]) {
    const program = await start();
    if (!program) continue;
    const wrong = relativeError(program.result, (programs[0] ?? program).result);
    if (wrong <= benchCase.largestError) programs.push(program);
    else {
      await program.close();
      console.log(
        `Skipped: ${program.name} computes another gradient than the CPU: a relative error of ${wrong.toExponential(1)}, ${benchCase.largestError} is allowed`,
      );
    }
  }
  const timings = await interleave(
    programs.map(({ run }) => run),
    { rounds: whole("rounds"), iterations: whole("iterations") },
  );
  const [cpu] = programs as [Program];
  const rows = programs.map(({ name, result }, i) => {
    const { median, min, max } = timings[i]!;
    const times = [median, min, max].map(formatNumber);
    return [name, ...times, relativeError(result, cpu.result).toExponential(1)];
  });
  console.log(
    formatTable(rows, {
      header: ["program", "median ms", "min ms", "max ms", "error against CPU"],
      align: ["left", "right", "right", "right", "right"],
    }),
  );
} finally {
  for (const program of programs) await program.close();
  await rm(folder, { recursive: true, force: true });
}
