/** What the page's address says: `?device=auto|wasm|webgpu`, `?threads=` and `?seed=`. */
import type { DeviceOptions } from "../../../src/web/device.ts";

export interface PageSettings extends Pick<DeviceOptions, "device" | "threads"> {
  readonly seed: number;
}

/** @throws Error when threads or seed are no whole numbers from one and zero on. */
export function settingsOf(search: string): PageSettings {
  const given = new URLSearchParams(search);
  const whole = (name: string, least: number): number | undefined => {
    const text = given.get(name);
    if (text === null) return undefined;
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
    throw new Error(
      `The address says ${name}=${text}, expected a whole number from ${least} on: change or leave out ${name}.`,
    );
  };
  return {
    device: (given.get("device") ?? "auto") as PageSettings["device"],
    threads: whole("threads", 1),
    seed: whole("seed", 0) ?? 1,
  };
}
