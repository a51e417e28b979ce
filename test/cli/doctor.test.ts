import { expect, test } from "vitest";
import { temporaryFolder } from "../temporaryFolder.ts";
import { run, start } from "./program.ts";

const root = temporaryFolder();

interface Findings {
  readonly machine: { readonly cores: number; readonly memory: number };
  readonly versions: Readonly<Record<string, string>>;
  readonly devices: readonly {
    readonly device: string;
    readonly ok: boolean;
    readonly milliseconds: number | null;
    readonly error: number | null;
    readonly errorAgainstCpu: number | null;
    readonly missing: string | null;
  }[];
  readonly auto: string | null;
}

/** No machine with the Vulkan loader has a device then. */
const noDriver = {
  VK_DRIVER_FILES: "/nowhere/driver.json",
  VK_ICD_FILENAMES: "/nowhere/driver.json",
};

const linux = process.platform === "linux";
if (!linux)
  console.warn("Skipped: graphics drivers can be taken away by the environment on Linux only.");

test.skipIf(!linux)(
  "doctor tries what it is asked for beside the CPU, and fails where it is missing",
  async () => {
    const { ended } = start(root, ["doctor", "--device", "webgpu", "--json"], noDriver);
    const { code, stdout } = await ended;
    expect(code).toBe(1);
    const { machine, versions, devices, auto } = JSON.parse(stdout) as Findings;
    expect(machine).toMatchObject({ vulkanDrivers: ["/nowhere/driver.json"] });
    expect(versions).toHaveProperty("onnxruntime");
    const [cpu, webgpu] = devices;
    expect(cpu).toMatchObject({ device: "cpu", ok: true, errorAgainstCpu: 0, missing: null });
    expect(cpu!.milliseconds).toBeGreaterThan(0);
    expect(cpu!.error).toBeLessThan(1e-5);
    expect(webgpu).toMatchObject({ device: "webgpu", ok: false, milliseconds: null });
    expect(webgpu!.missing).toContain("libvulkan1");
    expect(auto).toBe("cpu");
  },
);

test("an unknown device is an error that lists the known ones, auto among them", async () => {
  const unknown = await run(root, "doctor", "--device", "tpu");
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain("choose one of cpu, wasm, webgpu, cuda, auto");
});
