/** Products of float32 numbers with all their digits. */
import type { DeviceName } from "./devices.ts";

/**
 * CUDA's libraries round the factors of products and convolutions to 10 bits on cards since Ampere (TF32), which second
 * derivatives do not survive, and ONNX Runtime's binding has no option against it. This variable is NVIDIA's own switch; it
 * is read when the libraries are loaded, so that it has to be set before the first session, and in the main thread, since
 * threads have copies of the environment. One that the user has set stays.
 */
export function computeInFullPrecision(device: DeviceName): void {
  if (device === "cuda") process.env.NVIDIA_TF32_OVERRIDE ??= "0";
}
