/** PyTorch as a peer, where a Python with it is installed. */
import { execFile } from "node:child_process";
import { ChildProgram } from "./childProgram.ts";
import { torchProgram } from "./torchProgram.ts";

/** A Python that can import torch. */
export interface TorchInstallation {
  readonly python: string;
  readonly version: string;
  /** Name of the card that its CUDA computes on, where it has one. */
  readonly card?: string;
}

/** Why there is none. */
export interface TorchMissing {
  readonly missing: string;
}

const question = `import torch
print(torch.__version__)
if torch.cuda.is_available():
    print(torch.cuda.get_device_name())
`;

/** Looks in the Python that ONNX_DISTILL_PYTHON names, else in python3. */
export function findTorch(
  python = process.env.ONNX_DISTILL_PYTHON || "python3",
): Promise<TorchInstallation | TorchMissing> {
  return new Promise((resolve) => {
    execFile(python, ["-c", question], (error, stdout, stderr) => {
      if (error) {
        const reason = stderr.trim().split("\n").at(-1) || error.message;
        return resolve({ missing: `${python}: ${reason}` });
      }
      const [version = "", card] = stdout.trim().split("\n");
      resolve({ python, version, ...(card ? { card } : {}) });
    });
  });
}

/**
 * By default glibc hands freed memory back to the system so eagerly that PyTorch pays for tens of thousands of fresh
 * pages in every iteration of case a; with these settings for none. 32 MiB is the most that every glibc accepts.
 */
const keepMemory = {
  MALLOC_MMAP_THRESHOLD_: String(2 ** 25),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 32),
  MALLOC_TOP_PAD_: String(2 ** 28),
};

/** PyTorch on its card. */
export const startTorchOnCuda = ({ python, version, card }: TorchInstallation): ChildProgram =>
  ChildProgram.lines(`PyTorch ${version}, CUDA on ${card}`, python, ["-c", torchProgram]);

/** PyTorch as it comes and, on Linux, also with an allocator that keeps its memory. */
export function startTorchPeers(
  { python, version }: TorchInstallation,
  threads: number,
): ChildProgram[] {
  const start = (name: string, env: Readonly<Record<string, string>>): ChildProgram =>
    ChildProgram.lines(name, python, ["-c", torchProgram], {
      OMP_NUM_THREADS: String(threads),
      ...env,
    });
  const peers = [start(`PyTorch ${version}`, {})];
  if (process.platform === "linux")
    peers.push(start(`PyTorch ${version}, malloc tuned`, keepMemory));
  return peers;
}
