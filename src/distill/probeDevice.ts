/** A meta-gradient on a device: whether it runs there, how fast, and how far it is from float64. */
import {
  alexcifarnet,
  lenet,
  metaGradientGraph,
  type Network,
  networkFor,
  type Port,
  toGraph,
  type Unroll,
} from "../../graphs/index.ts";
import { relativeError } from "../ir/float32.ts";
import { evaluate } from "../ir/interpreter/index.ts";
import { sizeOf } from "../ir/value.ts";
import { compile } from "../onnx/compile.ts";
import { random } from "../random/generator.ts";
import { initialize } from "../random/initializers.ts";
import { type DeviceName, tolerance } from "../runtime/devices.ts";
import { type Executor, inlineExecutor } from "../runtime/executor.ts";

/** Networks whose meta-gradient is timed: one with narrow convolutions, one with wide ones. */
const timed = {
  lenet: { network: lenet, batch: 64 },
  alexcifarnet: { network: alexcifarnet, batch: 32 },
} as const;

export type ProbeNetwork = keyof typeof timed;

export interface ProbeOptions {
  readonly threads: number;
  /** Whose meta-gradient is timed; LeNet by default. */
  readonly network?: ProbeNetwork;
}

/** What a device did. */
export interface DeviceProbe {
  readonly device: DeviceName;
  /** Median time of one meta-gradient, the first not counted. */
  readonly milliseconds: number;
  /** Largest relative L2 error of an output of LeNet's meta-gradient, against float64. */
  readonly error: number;
  /** Whether that is within the tolerance of the device. */
  readonly ok: boolean;
  /** Those outputs, for comparing devices. */
  readonly outputs: readonly Float32Array[];
}

const compared: Unroll = { steps: 1, epochs: 1, imagesPerStep: 10, batch: 8 };

/** Slow devices are timed once. */
const LONG_MS = 2000;
const RUNS = 3;

/**
 * Computes LeNet's meta-gradient on a device, in the calling thread.
 * @throws {DeviceError} when the device is not available.
 */
export async function probeDevice(
  device: DeviceName,
  { threads, network = "lenet" }: ProbeOptions,
): Promise<DeviceProbe> {
  const executor = inlineExecutor({ device, threads });
  try {
    const outputs = await metaGradient(executor, lenet(), compared, 1);
    const error = largestError(outputs.results, expectedOutputs());
    const { batch, network: make } = timed[network];
    const { milliseconds } = await metaGradient(executor, make(), { ...compared, batch }, RUNS);
    const ok = error <= tolerance(device);
    return { device, milliseconds, error, ok, outputs: outputs.results };
  } finally {
    await executor.close();
  }
}

type Numbers = ArrayLike<number>;

/** The largest relative L2 error of outputs. */
export const largestError = (actual: readonly Numbers[], expected: readonly Numbers[]): number =>
  Math.max(...expected.map((output, i) => relativeError(actual[i]!, output)));

/** The outputs of a network's meta-gradient, and the median time of some more runs. */
async function metaGradient(
  executor: Executor,
  network: Network,
  unroll: Unroll,
  runs: number,
): Promise<{ results: Float32Array[]; milliseconds: number }> {
  const computed = networkFor(executor.target, network);
  const program = compile(toGraph(graphOf(computed, unroll)), executor.target);
  const feeds = feedsOf(network, unroll);
  const times: number[] = [];
  const run = async () => {
    const start = performance.now();
    const [result] = await executor.run(program, [feeds]);
    times.push(performance.now() - start);
    return program.outputs.map(({ name }) => result!.get(name)!);
  };
  const results = await run();
  while (times.length < (times[0]! > LONG_MS ? 2 : 1 + runs)) await run();
  return { results, milliseconds: median(times.slice(1)) };
}

const graphOf = (network: Network, unroll: Unroll) =>
  metaGradientGraph(network, "softmax_cross_entropy", unroll);

function expectedOutputs(): readonly Float64Array[] {
  const { outputs } = graphOf(lenet(), compared);
  const feeds = feedsOf(lenet(), compared);
  return evaluate(
    outputs.map(({ value }) => value),
    new Map([...feeds].map(([name, data]) => [name, Float64Array.from(data)])),
  );
}

/** Inputs like those of a run: the network's initial weights, normal pixels, one-hot labels, a rate of 0.02. */
const feedsOf = (network: Network, unroll: Unroll): Map<string, Float32Array> =>
  new Map(graphOf(network, unroll).inputs.map((port) => [port.name, feedOf(port, network)]));

function feedOf({ name, role, parameter, value }: Port, network: Network): Float32Array {
  const stream = random(1, `device probe: ${name}`);
  if (role === "parameter") {
    const { init, shape } = network.parameters.find((spec) => spec.name === parameter)!;
    return initialize(init, shape, stream);
  }
  const data = new Float32Array(sizeOf(value.shape));
  if (role === "learning_rates") return data.fill(0.02);
  if (!role.endsWith("labels")) {
    stream.fillNormal(data);
    return data;
  }
  const { classes } = network;
  for (let row = 0; row * classes < data.length; row++) data[row * classes + (row % classes)] = 1;
  return data;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
