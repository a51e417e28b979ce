/** Which device to compute on, found out by trying. */
import { candidates, DeviceError, type DeviceName } from "../runtime/devices.ts";
import { platform } from "../runtime/session.ts";
import { type DeviceProbe, type ProbeOptions, probeDevice } from "./probeDevice.ts";

/** What trying a device came to. */
export type ProbeOutcome = DeviceProbe | { readonly device: DeviceName; readonly missing: string };

export interface ChooseOptions extends Partial<ProbeOptions> {
  /** Devices to try: by default those that this platform may have, in browsers wasm and WebGPU. */
  readonly among?: readonly DeviceName[];
  /** Ends the trying. */
  readonly signal?: AbortSignal;
  /** Tries one; by default in the calling thread. */
  probe?(device: DeviceName, options: ProbeOptions): Promise<DeviceProbe>;
}

export interface ChosenDevice {
  readonly device: DeviceName;
  /** One sentence: what the devices did. */
  readonly reason: string;
  readonly outcomes: readonly ProbeOutcome[];
}

/**
 * The device that computes a meta-gradient fastest, of those that are here and compute it right.
 * @throws {DeviceError} when there is none.
 * @throws the signal's reason once it is aborted; what a device did by then says nothing.
 */
export async function chooseDevice(options: ChooseOptions = {}): Promise<ChosenDevice> {
  const { among = candidates[platform], threads = 1, network = "lenet" } = options;
  const outcomes: ProbeOutcome[] = [];
  for (const device of among) {
    options.signal?.throwIfAborted();
    outcomes.push(
      await outcomeOf(device, { threads, network }, options.probe?.bind(options) ?? probeDevice),
    );
    options.signal?.throwIfAborted();
  }
  const fastest = fastestOf(outcomes);
  const reason = outcomes.map((outcome) => `${outcome.device} ${describe(outcome)}`).join(", ");
  if (!fastest) throw new DeviceError(`no device computes a meta-gradient here: ${reason}`);
  return { device: fastest, reason: `a meta-gradient of ${network}: ${reason}`, outcomes };
}

/** The device that was right and fastest, if any was right. */
export const fastestOf = (outcomes: readonly ProbeOutcome[]): DeviceName | undefined =>
  outcomes
    .flatMap((outcome) => ("ok" in outcome && outcome.ok ? [outcome] : []))
    .sort((a, b) => a.milliseconds - b.milliseconds)[0]?.device;

/** Tries a device; whatever goes wrong is the outcome. */
export async function outcomeOf(
  device: DeviceName,
  options: ProbeOptions,
  probe: (device: DeviceName, options: ProbeOptions) => Promise<DeviceProbe>,
): Promise<ProbeOutcome> {
  try {
    return await probe(device, options);
  } catch (error) {
    return { device, missing: error instanceof Error ? error.message : String(error) };
  }
}

function describe(outcome: ProbeOutcome): string {
  if ("missing" in outcome) return "is not available";
  if (!outcome.ok) return `computes it wrongly (error ${outcome.error.toExponential(1)})`;
  const { milliseconds } = outcome;
  return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}
