import { expect, test } from "vitest";
import { chooseDevice } from "../../src/distill/chooseDevice.ts";
import { type DeviceProbe, largestError, probeDevice } from "../../src/distill/probeDevice.ts";
import { DeviceError, type DeviceName } from "../../src/runtime/devices.ts";

const probeOf = (
  device: DeviceName,
  milliseconds: number,
  error = 1e-7,
  ok = true,
): DeviceProbe => ({ device, milliseconds, error, ok, outputs: [] });

const choose = (found: Partial<Record<DeviceName, DeviceProbe>>) =>
  chooseDevice({
    among: ["cpu", "webgpu", "cuda"],
    probe: async (device) => {
      const probe = found[device];
      if (!probe) throw new DeviceError(`device "${device}" is not available here`);
      return probe;
    },
  });

test("the fastest device is chosen, and what the others did is said", async () => {
  const chosen = await choose({ cpu: probeOf("cpu", 20.4), webgpu: probeOf("webgpu", 3.14) });
  expect(chosen.device).toBe("webgpu");
  expect(chosen.reason).toBe(
    "a meta-gradient of lenet: cpu 20 ms, webgpu 3.1 ms, cuda is not available",
  );
  expect(chosen.outcomes[2]).toEqual({
    device: "cuda",
    missing: 'device "cuda" is not available here',
  });
});

test("a device that computes wrongly is not chosen, however fast", async () => {
  const chosen = await choose({
    cpu: probeOf("cpu", 20),
    webgpu: probeOf("webgpu", 1, 0.3, false),
  });
  expect(chosen.device).toBe("cpu");
  expect(chosen.reason).toContain("webgpu computes it wrongly (error 3.0e-1)");
});

test("where no device computes right, that is an error with every reason", async () => {
  await expect(choose({})).rejects.toThrow(DeviceError);
  await expect(choose({})).rejects.toThrow("cpu is not available, webgpu is not available");
});

test("CPU and wasm compute the probe's meta-gradient within their tolerance, and alike", async () => {
  const cpu = await probeDevice("cpu", { threads: 1 });
  const wasm = await probeDevice("wasm", { threads: 1 });
  for (const { ok, error, milliseconds } of [cpu, wasm]) {
    expect(ok).toBe(true);
    expect(error).toBeLessThan(1e-5);
    expect(milliseconds).toBeGreaterThan(0);
  }
  expect(largestError(wasm.outputs, cpu.outputs)).toBeLessThan(1e-5);
  expect(cpu.outputs.map(({ length }) => length)).toEqual([1, 7840, 100, 1]);
});

test("an interrupted choice is none: the device that was being tried is not taken for missing", async () => {
  const stop = new AbortController();
  const tried: DeviceName[] = [];
  const choice = chooseDevice({
    among: ["cpu", "webgpu", "cuda"],
    signal: stop.signal,
    probe: async (device) => {
      tried.push(device);
      if (device !== "webgpu") return probeOf(device, 20);
      stop.abort();
      throw new Error("the process ended with SIGINT");
    },
  });
  await expect(choice).rejects.toThrow("aborted");
  expect(tried).toEqual(["cpu", "webgpu"]);
});
