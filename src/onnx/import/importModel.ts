/** Models of other tools as networks that can be distilled against. */
import { input, reshape } from "../../ir/builders/index.ts";
import type { Shape } from "../../ir/ops.ts";
import { sizeOf, type Value } from "../../ir/value.ts";
import { type FileNode, type FileTensor, isFloat, type ModelFile } from "../modelFile.ts";
import { ImportError } from "./error.ts";
import { type Head, type NewHead, newHead } from "./head.ts";
import { arrangedImages, type ImageInput, type ImageShape, imageInput } from "./images.ts";
import { logitsOf } from "./logits.ts";
import type { Fans, WeightRole, WeightUse } from "./node.ts";
import { isNonNegative } from "./nonNegative.ts";
import { matches } from "./patterns.ts";
import { type Trace, type TraceOptions, trace } from "./trace.ts";

export interface ImportOptions {
  /** [C,H,W] of an image, where the file leaves it open. */
  readonly input?: ImageShape;
  /** The output that holds the logits, where there are several. */
  readonly output?: string;
  /** Names of tensors, with * for any characters, that are not trained, and that are though they would not be. */
  readonly freeze?: readonly string[];
  readonly train?: readonly string[];
  readonly head?: NewHead;
  /** Whether batch normalisation takes stored statistics, or those of the batch. */
  readonly batchNormalization?: "evaluation" | "batch";
}

/** A tensor that the network is fed with; without contents where it belongs to a new head. */
export interface ImportedTensor {
  readonly name: string;
  readonly shape: Shape;
  /** What a layer does with it; undefined where no layer has it. */
  readonly role: WeightRole | undefined;
  /** Of a factor of a layer's product, as the layer uses it. */
  readonly fans: Fans | undefined;
  readonly data: Float32Array | undefined;
}

export interface ImportedModel {
  readonly images: ImageInput;
  /** Name of the output that holds the logits, or what is made of them. */
  readonly output: string;
  /** Logits per image. */
  readonly classes: number;
  /** Whether no logit can be negative, as behind a ReLU: one alone then says yes to every image. */
  readonly nonNegative: boolean;
  /** Operators that were left out behind the logits. */
  readonly omitted: readonly string[];
  /** Trained tensors, and those that are fed but never trained, in the order in which the file needs them. */
  readonly parameters: readonly ImportedTensor[];
  readonly buffers: readonly ImportedTensor[];
  /** Logits [n,K] of images [n,C,H,W]; parameters and buffers in order. */
  forward(parameters: readonly Value[], buffers: readonly Value[], images: Value): Value;
}

/** Opsets whose operators are known. */
const OPSETS = { first: 7, last: 22 };

/** A batch that no extent of a model is likely to be, so that tensors that have the batch in front show. */
const TRACED_BATCH = 101;

/** Names that graphs of recipes have for other tensors. */
const RESERVED =
  /^(images|labels|learning_rates?|real_images|real_labels|distilled_images|distilled_labels|loss|logits|correct|losses|bias_corrections|slope)$/;

/**
 * Reads a model as a network.
 * @throws {ImportError} naming what stands in the way and, where there is one, the node.
 */
export function importModel(model: ModelFile, options: ImportOptions = {}): ImportedModel {
  const opset = model.opsets.get("");
  if (opset === undefined || opset < OPSETS.first || opset > OPSETS.last) {
    throw new ImportError(
      `it uses opset ${opset ?? "none"} of ai.onnx; ${OPSETS.first} to ${OPSETS.last} are known: convert it with onnx.version_converter`,
    );
  }
  const images = imageInput(model, options.input);
  const { output, softmax, sigmoid } = logitsOf(model, options.output);
  const head = options.head && newHead(model, options.head);
  const run = (batch: Value, omitted: readonly FileNode[], known: KnownBefore = {}): Trace =>
    trace(model, {
      imageInput: images.name,
      images: arrangedImages(batch, images.layout),
      output,
      omitted: new Set(omitted),
      batch: { fixed: images.fixedBatch, actual: batch.shape[0]! },
      batchStatistics: options.batchNormalization === "batch",
      classes: head?.classes,
      shapes: head?.shapes,
      ...known,
    });
  const traced = input("images of the import", [TRACED_BATCH, ...images.shape]);
  const whole = run(traced, softmax ? [softmax] : []);
  const classes = classesOf(whole.output);
  const end = softmax ?? (classes === 1 ? sigmoid : undefined);
  const omitted = end ? [end] : [];
  const first = end === softmax ? whole : run(traced, omitted);
  for (const name of first.tensors.keys()) {
    if (RESERVED.test(name)) {
      throw new ImportError(`its tensor "${name}" has a name that graphs need: rename it`);
    }
  }
  const isTrained = trainedNames(first, options);
  const tensors = [...first.tensors.values()].map((tensor) =>
    imported(tensor, first.weights.get(tensor.name), head),
  );
  const parameters = tensors.filter(({ name }) => isTrained(name));
  const buffers = tensors.filter(({ name }) => !isTrained(name));
  if (parameters.length === 0) throw new ImportError("it has no weights to train");
  return {
    images,
    output,
    classes,
    nonNegative: isNonNegative(first.output),
    omitted: omitted.map(({ opType }) => opType),
    parameters,
    buffers,
    forward(trained, fed, batch) {
      const values = new Map([
        ...parameters.map(({ name }, i) => [name, trained[i]!] as const),
        ...buffers.map(({ name }, i) => [name, fed[i]!] as const),
      ]);
      const leaf = (name: string) => values.get(name)!;
      const result = run(batch, omitted, { batched: first.batched, leaf });
      // Whatever axes of extent 1 the model leaves, or takes away where the batch is one image.
      return reshape(result.output, [batch.shape[0]!, -1]);
    },
  };
}

/** What a first trace found. */
type KnownBefore = Pick<TraceOptions, "batched" | "leaf">;

function classesOf({ shape }: Value): number {
  const classes = sizeOf(shape) / TRACED_BATCH;
  if (shape[0] === TRACED_BATCH && shape.includes(classes, 1)) return classes;
  if (shape[0] === TRACED_BATCH && classes === 1) return 1;
  throw new ImportError(
    `its output for ${TRACED_BATCH} images has the shape [${shape}]: expected a number for every class, [${TRACED_BATCH},K]`,
  );
}

/** Weights of layers but for those that are frozen, and others that are asked for. */
function trainedNames(
  { weights, tensors }: Trace,
  { freeze = [], train = [] }: ImportOptions,
): (name: string) => boolean {
  const names = [...tensors.keys()];
  for (const pattern of [...freeze, ...train]) {
    if (!names.some((name) => matches(pattern, name))) {
      throw new ImportError(
        `no tensor is called ${pattern}: there are ${names.slice(0, 8).join(", ")}${names.length > 8 ? ", ..." : ""}`,
      );
    }
  }
  const any = (patterns: readonly string[], name: string) =>
    patterns.some((pattern) => matches(pattern, name));
  return (name) => any(train, name) || (weights.has(name) && !any(freeze, name));
}

function imported(
  { name, shape, type, data }: FileTensor,
  { role, fans }: Partial<WeightUse> = {},
  head: Head | undefined,
): ImportedTensor {
  if (!isFloat(type)) throw new ImportError(`tensor "${name}" holds ${type}, which is not trained`);
  const resized = head?.shapes.get(name);
  const own = resized ? undefined : data instanceof Float32Array ? data : Float32Array.from(data);
  return { name, shape: resized ?? shape, role, fans, data: own };
}
