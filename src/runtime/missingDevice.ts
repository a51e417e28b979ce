/** What to do about a device that is missing. */
import { DeviceError, type DeviceName, type Platform } from "./devices.ts";

const howToGet: Readonly<Record<Platform, Readonly<Record<DeviceName, string>>>> = {
  node: {
    cpu: "it is part of onnxruntime-node; install that again with: npm install",
    wasm: "it is part of onnxruntime-web; install that again with: npm install",
    webgpu:
      "it needs a graphics driver: on Linux a Vulkan driver and its loader (Debian: libvulkan1 with " +
      "mesa-vulkan-drivers, or NVIDIA's driver), on macOS and Windows the system's own",
    cuda:
      "it needs x64 Linux, an NVIDIA driver, CUDA 12 with cuDNN 9, and the runtime's CUDA libraries, which this " +
      "installs: onnx-distill doctor --install-cuda",
  },
  browser: {
    cpu: "in browsers the processor is called wasm",
    wasm: "it needs WebAssembly, and the .wasm file of onnxruntime-web beside the page's scripts",
    webgpu:
      "it needs a page from https or localhost and a browser with WebGPU: Chrome or Edge 113, Safari 26, Firefox 141 " +
      "on Windows; in Chrome on Linux turn on chrome://flags/#enable-unsafe-webgpu",
    cuda: "CUDA runs in Node; browsers reach a GPU by webgpu",
  },
};

/** The error of a device that is not there, with the runtime's reason and the way to get it. */
export function missingDevice(device: DeviceName, platform: Platform, reason: string): DeviceError {
  const cause = reason.trim().split("\n")[0]!;
  return new DeviceError(
    `device "${device}" is not available here: ${howToGet[platform][device]} (${cause})`,
  );
}
