/** Tries devices in processes of their own, where a driver that aborts ends nothing else. */
import { fork } from "node:child_process";
import {
  type ChooseOptions,
  type ChosenDevice,
  chooseDevice as chooseInThread,
} from "../distill/chooseDevice.ts";
import type { DeviceProbe, ProbeOptions } from "../distill/probeDevice.ts";
import type { DeviceName } from "../runtime/devices.ts";

export interface ProbeRequest {
  readonly device: DeviceName;
  readonly options: ProbeOptions;
}

export type ProbeReply = { readonly probe: DeviceProbe } | { readonly error: string };

/** A driver that compiles shaders on the processor needs half a minute for them. */
const PATIENCE_MS = 120_000;
/** Last characters of what a driver wrote, for the error. */
const KEPT = 2000;

/**
 * `probeDevice` in a process of its own.
 * @throws when the device is not available, or the process ended or took more than two minutes; an AbortError once the
 *   signal is aborted.
 */
export function probeInProcess(
  device: DeviceName,
  options: ProbeOptions,
  signal?: AbortSignal,
): Promise<DeviceProbe> {
  const child = fork(new URL("./probeProgram.js", import.meta.url), {
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    timeout: PATIENCE_MS,
    execArgv: [],
    signal,
  });
  let written = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    written = (written + text).slice(-KEPT);
  });
  return new Promise((resolve, reject) => {
    child.on("message", (reply: ProbeReply) => {
      if ("probe" in reply) resolve(reply.probe);
      else reject(new Error(reply.error));
    });
    child.on("error", reject);
    // Nothing happens to a promise that the reply has settled.
    child.on("close", (code, killedBy) => {
      const how =
        killedBy === "SIGTERM"
          ? `did not finish in ${PATIENCE_MS / 1000} s`
          : `ended with ${killedBy ?? `exit code ${code}`}`;
      const last = written.trim().split("\n").at(-1);
      reject(new Error(`the process that tried "${device}" ${how}${last ? `: ${last}` : ""}`));
    });
    child.send({ device, options } satisfies ProbeRequest);
  });
}

/**
 * The device that computes a meta-gradient fastest, each tried in a process of its own.
 * @throws {DeviceError} when there is none.
 */
export const chooseDevice = (options: ChooseOptions = {}): Promise<ChosenDevice> =>
  chooseInThread({
    probe: (device, asked) => probeInProcess(device, asked, options.signal),
    ...options,
  });
