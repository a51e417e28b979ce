/** Which lowering is fastest on this machine, found out by trying. */
import { conv, convDataGrad, convWeightGrad, input } from "../ir/builders/index.ts";
import { relativeError } from "../ir/float32.ts";
import type { Graph } from "../ir/graph.ts";
import { compile } from "../onnx/compile.ts";
import type { BlockedTarget, Target } from "../onnx/lowering/index.ts";
import { random } from "../random/generator.ts";
import { type DeviceName, devices } from "./devices.ts";
import { createSession } from "./session.ts";

/** Blocks as wide as the vector registers of AVX-512, then AVX2 and NEON. A runtime knows one of them, or none. */
const candidates: readonly BlockedTarget[] = ["cpu-nChw16c", "cpu-nChw8c"];

/** Rounding differs between lowerings; a wrong block mixes channels up. */
const TOLERANCE = 1e-4;

const found = new Map<DeviceName, Promise<Target>>();

/**
 * The fastest lowering for a device. On the CPU that is one with blocked convolutions where the runtime's processor
 * has them: these operators are internal to ONNX Runtime and their block depends on the processor, so that a small
 * convolution and its gradients are computed with each and compared with the plain lowering's results.
 */
export function fastestTarget(device: DeviceName): Promise<Target> {
  const known = found.get(device);
  if (known) return known;
  const probing = device === "cpu" ? probe() : Promise.resolve<Target>(devices[device].target);
  found.set(device, probing);
  return probing;
}

async function probe(): Promise<Target> {
  const graph = probeGraph();
  const expected = await computed(graph, "cpu");
  for (const candidate of candidates) {
    const actual = await computed(graph, candidate).catch(() => undefined);
    if (actual?.every((data, i) => relativeError(data, expected[i]!) < TOLERANCE)) return candidate;
  }
  return "cpu";
}

/** Channel counts that are multiples of either block, and fewer images than a block has channels. */
function probeGraph(): Graph {
  const window = {
    kernel: [3, 3],
    strides: [1, 1],
    dilations: [1, 1],
    pads: [1, 1, 1, 1],
    group: 1,
  } as const;
  const x = input("x", [3, 32, 6, 6]);
  const w = input("w", [48, 32, 3, 3]);
  const dy = input("dy", [3, 48, 6, 6]);
  return {
    name: "probe",
    inputs: [x, w, dy] as Graph["inputs"],
    outputs: [
      { name: "y", value: conv(x, w, window) },
      { name: "dx", value: convDataGrad(dy, w, { ...window, inputSize: [6, 6] }) },
      { name: "dw", value: convWeightGrad(x, dy, window) },
    ],
  };
}

async function computed(graph: Graph, target: Target): Promise<Float32Array[]> {
  const program = compile(graph, target);
  const session = await createSession(program, { device: "cpu", threads: 1 });
  try {
    const feeds = program.inputs.map(({ name, shape }) => {
      const data = new Float32Array(shape.reduce((size, extent) => size * extent, 1));
      random(1, `probe ${name}`).fillNormal(data);
      return [name, data] as const;
    });
    const results = await session.run(new Map(feeds));
    return program.outputs.map(({ name }) => results.get(name)!);
  } finally {
    await session.release();
  }
}
