/** Networks as functions over named parameters, written layer by layer like the figure in a paper. */
import { conv2d, input, linear } from "../src/ir/builders/index.ts";
import type { Shape } from "../src/ir/ops.ts";
import { formatShape, ShapeError, sameShape } from "../src/ir/shapes.ts";
import type { Value } from "../src/ir/value.ts";
import type { Initializer } from "../src/random/initializers.ts";

/** A tensor that a network needs besides its images. */
export interface ParameterSpec {
  /** The model's own name, PyTorch's state_dict name for built-in networks. */
  readonly name: string;
  readonly shape: Shape;
  readonly init: Initializer;
}

/** A network: its parameters (trained), its buffers (fed, never trained) and its forward function. */
export interface Network {
  readonly name: string;
  /** [C,H,W] of one image. */
  readonly input: readonly [number, number, number];
  /** Number of logits K; one logit stands for two classes. */
  readonly classes: number;
  readonly parameters: readonly ParameterSpec[];
  readonly buffers: readonly ParameterSpec[];
  /** Contents of the buffers by name, where there are any. */
  readonly bufferValues?: ReadonlyMap<string, Float32Array>;
  /**
   * A larger batch is computed in parts of this many images, so that a part stays in the cache. Only for networks that
   * treat their images one by one.
   */
  readonly microBatch?: number;
  /** Logits [n,K] of images [n,C,H,W]; parameters and buffers in the order of their specs. */
  forward(parameters: readonly Value[], buffers: readonly Value[], images: Value): Value;
}

/** The parts in which a batch of n images is computed. */
export function microBatches(
  { microBatch = Number.POSITIVE_INFINITY }: Network,
  n: number,
): { readonly start: number; readonly end: number }[] {
  const size = Math.min(n, microBatch);
  return Array.from({ length: Math.ceil(n / size) }, (_, i) => ({
    start: i * size,
    end: Math.min((i + 1) * size, n),
  }));
}

export interface Conv2dLayer {
  readonly out: number;
  readonly kernel: number;
  readonly pad?: number;
  readonly stride?: number;
}

/** Layers with parameters. The weights of a layer are called `<name>.weight` and `<name>.bias`. */
export interface Layers {
  conv2d(name: string, x: Value, layer: Conv2dLayer): Value;
  /** x [n, in] -> [n, out] */
  linear(name: string, x: Value, out: number): Value;
}

export interface NetworkDefinition {
  readonly name: string;
  readonly input: readonly [number, number, number];
  readonly classes: number;
  /** How weights start when a recipe does not say: Xavier normal with zero biases, as in the paper. */
  readonly init?: Initializer;
  forward(images: Value, layer: Layers): Value;
}

/**
 * A network from its forward function, which is run once on a single image to find the parameters.
 * @throws {ShapeError} when the result is not [n,classes], or a layer does not fit what it is applied to.
 */
export function defineNetwork(definition: NetworkDefinition): Network {
  const { name, classes, init = { kind: "xavier_normal" } } = definition;
  const parameters: ParameterSpec[] = [];
  const trace = layersFrom((parameter, shape) => {
    if (parameters.some((known) => known.name === parameter)) {
      throw new ShapeError(
        `${name}: two layers are called "${parameter.replace(/\.[a-z]+$/, "")}"`,
      );
    }
    parameters.push({
      name: parameter,
      shape,
      init: shape.length === 1 ? { kind: "zeros" } : init,
    });
    return input(parameter, shape);
  });
  const logits = definition.forward(input("images", [1, ...definition.input]), trace);
  if (!sameShape(logits.shape, [1, classes])) {
    throw new ShapeError(
      `${name}: expected logits [n,${classes}], forward made ${formatShape(logits.shape)}`,
    );
  }
  return {
    name,
    input: definition.input,
    classes,
    parameters,
    buffers: [],
    forward(values, _, images) {
      const byName = new Map(parameters.map((parameter, i) => [parameter.name, values[i]!]));
      return definition.forward(
        images,
        layersFrom((parameter) => byName.get(parameter)!),
      );
    },
  };
}

function layersFrom(parameter: (name: string, shape: Shape) => Value): Layers {
  const inLayer = (name: string, apply: () => Value): Value => {
    try {
      return apply();
    } catch (error) {
      if (error instanceof ShapeError) throw new ShapeError(`layer "${name}": ${error.message}`);
      throw error;
    }
  };
  return {
    conv2d: (name, x, { out, kernel, pad = 0, stride = 1 }) =>
      inLayer(name, () => {
        const weight = parameter(`${name}.weight`, [out, x.shape[1]!, kernel, kernel]);
        const bias = parameter(`${name}.bias`, [out]);
        return conv2d(x, weight, bias, { strides: [stride, stride], pads: [pad, pad, pad, pad] });
      }),
    linear: (name, x, out) =>
      inLayer(name, () => {
        const weight = parameter(`${name}.weight`, [out, x.shape[1]!]);
        return linear(x, weight, parameter(`${name}.bias`, [out]));
      }),
  };
}
