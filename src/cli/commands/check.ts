/** `onnx-distill check`: a gradient certificate for a network. */

import { lossFor, type Network } from "../../../graphs/index.ts";
import { type Certificate, certify } from "../../distill/certify.ts";
import type { OpenModel } from "../../io/modelNetwork.ts";
import { openModel } from "../../io/openModel.ts";
import { forwardError } from "../../io/originalModel.ts";
import type { DeviceName } from "../../runtime/devices.ts";
import { type Executor, inlineExecutor } from "../../runtime/executor.ts";
import {
  type CommonOptions,
  defineCommand,
  parseCount,
  printResult,
  type Register,
} from "../command.ts";
import { formatTable } from "../format.ts";
import { importOptions, type ModelOptions, withImageShape, withModel } from "../modelOptions.ts";
import { createProgressLine, type ProgressLine } from "../progressLine.ts";
import { resolveDevice } from "../resources.ts";

interface CheckOptions extends CommonOptions, ModelOptions {
  readonly batch: number;
  readonly points: number;
}

/** Largest errors of a network that is ok. */
const LIMITS = { forward: 1e-4, order1: 1e-5, order2: 1e-4, modes: 1e-9, float32: 1e-4 };

/** The worst tensors are listed. */
const LISTED = 8;

/** What is compared unless --device names one. */
const DEVICES: readonly DeviceName[] = ["cpu", "wasm"];

export const registerCheck: Register = (program, context) => {
  const command = defineCommand(
    program,
    "check <model.onnx>",
    "Checks a model's first and second derivatives in float64 and on this machine's devices.",
    "onnx-distill check resnet.onnx",
  )
    .option("--batch <B>", "images of the batch", parseCount(1), 2)
    .option("--points <n>", "points that are tried; medians over them count", parseCount(1), 3);
  withModel(withImageShape(command))
    .addHelpText("after", explanation)
    .action(async (path: string, options: CheckOptions) => {
      context.endAtOnce?.();
      const opened = await openModel(path, importOptions(options));
      const { network, weights } = opened;
      const { seed = 1 } = options;
      const progress = createProgressLine(context, options);
      const executors = await executorsOf(options, progress, network);
      try {
        const forward = await forwardOf(path, opened, executors[0]!, options, progress);
        const certificate = await certify(network, lossFor(network.classes), weights, {
          images: options.batch,
          points: options.points,
          seed,
          executors,
          onStage: (what) => progress.update(what),
        });
        progress.done();
        const ok = isOk(certificate) && (forward === undefined || forward <= LIMITS.forward);
        const { order1, order2, modes, devices, tensors } = certificate;
        const json = { ok, forward, order1, order2, modes, devices, tensors, limits: LIMITS };
        printResult(context, options, json, asText(certificate, forward, ok));
        if (!ok) process.exitCode = 1;
      } finally {
        progress.done();
        for (const executor of executors) await executor.close();
      }
    });
};

/** The error of the outputs; undefined, with the reason told, where they cannot be those of the file. */
async function forwardOf(
  path: string,
  opened: OpenModel,
  executor: Executor,
  { head, batchNormalization, seed = 1 }: CheckOptions,
  progress: ProgressLine,
): Promise<number | undefined> {
  const skip = (reason: string): undefined =>
    progress.message(`outputs are not compared with the file's: ${reason}`) as undefined;
  if (head) return skip("the last layer is a new one");
  if (batchNormalization === "batch") return skip("the file has stored statistics");
  try {
    return await forwardError(path, opened, executor, seed);
  } catch (error) {
    return skip(`ONNX Runtime cannot run it (${(error as Error).message.split("\n")[0]})`);
  }
}

const explanation = `
  forward   the network's outputs against the file's own, as the runtime computes it
At random images with random soft labels, along a random direction of weights and images:
  order 1   slope of the loss, in forward and in reverse mode, against central differences in float64
  order 2   Hessian times direction against central differences of the gradient in float64
  modes     Hessian times direction, forward over reverse against reverse over reverse
  devices   gradient and Hessian times direction in float32 against float64
Errors are relative L2 errors, the median over the points. The check takes long for large models: fewer --points and a
--batch of 1 make it shorter.`;

async function executorsOf(
  options: CheckOptions,
  progress: ProgressLine,
  network: Network,
): Promise<Executor[]> {
  const names =
    options.device === undefined
      ? DEVICES
      : [await resolveDevice(options, (text) => progress.message(text), network)];
  return names.map((name) => inlineExecutor({ device: name, threads: 1 }));
}

const isOk = ({ order1, order2, modes, devices }: Certificate): boolean =>
  order1 <= LIMITS.order1 &&
  order2 <= LIMITS.order2 &&
  modes <= LIMITS.modes &&
  Object.values(devices).every((error) => error <= LIMITS.float32);

function asText(
  { order1, order2, modes, devices, tensors }: Certificate,
  forward: number | undefined,
  ok: boolean,
): string {
  const small = (error: number) => error.toExponential(1);
  const row = (what: string, error: number, limit: number) => [
    what,
    small(error),
    small(limit),
    error <= limit ? "ok" : "not ok",
  ];
  const names = Object.keys(devices);
  const all = formatTable(
    [
      ...(forward === undefined ? [] : [row("forward", forward, LIMITS.forward)]),
      row("order 1", order1, LIMITS.order1),
      row("order 2", order2, LIMITS.order2),
      row("modes", modes, LIMITS.modes),
      ...names.map((device) => row(device, devices[device]!, LIMITS.float32)),
    ],
    { header: ["", "error", "limit", ""], align: ["left", "right", "right", "left"] },
  );
  const worst = [...tensors].sort((a, b) => worstOf(b) - worstOf(a)).slice(0, LISTED);
  const listed = formatTable(
    worst.map(({ name, order2: error, devices: of }) => [
      name,
      small(error),
      ...names.map((device) => small(of[device]!)),
    ]),
    {
      header: ["where errors come from", "order 2", ...names],
      align: ["left", "right", ...names.map(() => "right" as const)],
    },
  );
  return [all, listed, ok ? "ok" : "not ok"].join("\n\n");
}

/** The largest error as a share of its limit. */
const worstOf = ({ order2, devices }: Certificate["tensors"][number]): number =>
  Math.max(order2 / LIMITS.order2, ...Object.values(devices).map((one) => one / LIMITS.float32));
