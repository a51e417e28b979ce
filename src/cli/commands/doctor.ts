/** `onnx-distill doctor`: what this machine has, and which devices compute a meta-gradient on it. */
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import { fastestOf, outcomeOf, type ProbeOutcome } from "../../distill/chooseDevice.ts";
import { largestError } from "../../distill/probeDevice.ts";
import { type GraphicsDrivers, graphicsDrivers } from "../../io/graphicsDrivers.ts";
import { installCuda } from "../../io/installCuda.ts";
import { probeInProcess } from "../../io/probeInProcess.ts";
import { candidates, type DeviceName, deviceNames, tolerance } from "../../runtime/devices.ts";
import { type CommonOptions, defineCommand, printResult, type Register } from "../command.ts";
import { formatBytes, formatNumber, formatTable } from "../format.ts";
import { createProgressLine } from "../progressLine.ts";
import { choiceOf } from "../resources.ts";
import { versions } from "../versions.ts";

interface DoctorOptions extends CommonOptions {
  readonly installCuda?: boolean;
}

const explanation = `
Every device computes the gradient of LeNet's distilled images, labels and rates in a process of its own. The time is that
of one such meta-gradient at a real batch of 64, the first not counted. The errors are relative L2 errors, the largest of
the outputs, at a real batch of 8: against float64, up to ${tolerance("cpu")} on processors and ${tolerance("webgpu")} on GPUs, and against
the CPU. With --device the exit code is 1 unless that device computes it right.`;

export const registerDoctor: Register = (program, context) => {
  defineCommand(
    program,
    "doctor",
    "Shows what this machine has, and tries a meta-gradient on each device.",
    "onnx-distill doctor --device webgpu",
  )
    .option("--install-cuda", "install ONNX Runtime's CUDA libraries, on x64 Linux, and try cuda")
    .addHelpText("after", explanation)
    .action(async (options: DoctorOptions) => {
      const progress = createProgressLine(context, options);
      const device = options.device ?? (options.installCuda ? "cuda" : undefined);
      const asked = device === undefined ? undefined : choiceOf(device);
      if (options.installCuda) {
        progress.message("installing CUDA libraries from NuGet into onnxruntime-node");
        await installCuda((text) => progress.update(text.trim()));
      }
      const threads = availableParallelism();
      const outcomes: ProbeOutcome[] = [];
      for (const device of devicesFor(asked)) {
        context.signal.throwIfAborted();
        progress.update(`trying ${device}`);
        outcomes.push(
          await outcomeOf(device, { threads }, (device, asked) =>
            probeInProcess(device, asked, context.signal),
          ),
        );
        context.signal.throwIfAborted();
      }
      progress.done();
      const findings = outcomes.map((outcome) => findingOf(outcome, outcomes));
      const auto = fastestOf(outcomes.filter(({ device }) => candidates.node.includes(device)));
      const machine = machineOf(await graphicsDrivers());
      const json = { machine, versions: versions(), devices: findings, auto: auto ?? null };
      printResult(context, options, json, asText(machine, findings, auto));
      const failed = asked === "auto" ? !auto : asked && !findings.some(isAskedAndOk(asked));
      if (failed) process.exitCode = 1;
    });
};

/** The CPU is tried beside any other device, to compare with. */
function devicesFor(asked: DeviceName | "auto" | undefined): readonly DeviceName[] {
  if (asked === "auto") return candidates.node;
  return asked === undefined ? deviceNames : [...new Set<DeviceName>(["cpu", asked])];
}

interface Finding {
  readonly device: DeviceName;
  readonly ok: boolean;
  /** Of one meta-gradient; null where the device is missing, like the errors. */
  readonly milliseconds: number | null;
  readonly error: number | null;
  readonly errorAgainstCpu: number | null;
  /** Why it is missing and how to get it. */
  readonly missing: string | null;
}

const isAskedAndOk =
  (asked: DeviceName) =>
  ({ device, ok }: Finding): boolean =>
    device === asked && ok;

function findingOf(outcome: ProbeOutcome, all: readonly ProbeOutcome[]): Finding {
  const { device } = outcome;
  if ("missing" in outcome) {
    const nothing = { milliseconds: null, error: null, errorAgainstCpu: null };
    return { device, ok: false, ...nothing, missing: outcome.missing };
  }
  const { ok, milliseconds, error, outputs } = outcome;
  const cpu = all.find((other) => other.device === "cpu");
  const errorAgainstCpu = cpu && "outputs" in cpu ? largestError(outputs, cpu.outputs) : null;
  return { device, ok, milliseconds, error, errorAgainstCpu, missing: null };
}

const machineOf = ({ vulkan, nvidia }: GraphicsDrivers) => ({
  cpu: cpus()[0]?.model ?? "unknown",
  cores: availableParallelism(),
  memory: totalmem(),
  freeMemory: freemem(),
  platform: `${process.platform} ${process.arch}`,
  vulkanDrivers: vulkan,
  nvidia,
});

function asText(
  machine: ReturnType<typeof machineOf>,
  findings: readonly Finding[],
  auto: DeviceName | undefined,
): string {
  const { cpu, cores, memory, freeMemory, platform, vulkanDrivers, nvidia } = machine;
  const facts = formatTable([
    ["machine", `${cpu}, ${cores} threads, ${platform}`],
    ["memory", `${formatBytes(memory)}, ${formatBytes(freeMemory)} free`],
    [
      "versions",
      Object.entries(versions())
        .map((entry) => entry.join(" "))
        .join(", "),
    ],
    ["Vulkan drivers", vulkanDrivers.join(", ") || "none found"],
    ...(nvidia.length > 0 ? [["NVIDIA", nvidia.join(", ")]] : []),
  ]);
  const small = (error: number | null) => error?.toExponential(1) ?? "";
  const table = formatTable(
    findings.map(({ device, ok, milliseconds, error, errorAgainstCpu, missing }) => [
      device,
      missing ? "missing" : ok ? "ok" : "wrong",
      milliseconds === null ? "" : formatNumber(milliseconds),
      small(error),
      small(errorAgainstCpu),
    ]),
    {
      header: ["device", "", "ms", "error", "against CPU"],
      align: ["left", "left", "right", "right", "right"],
    },
  );
  const ways = findings.flatMap(({ missing }) => missing ?? []);
  const choice = auto ? [`--device auto takes ${auto} here.`] : [];
  return [facts, table, ...ways, ...choice].join("\n\n");
}
