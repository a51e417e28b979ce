/** What inference demands of attributes and inputs; each check throws a ShapeError that says what was expected. */
import { ABSENT, type OpName, type Shape, type Window } from "./ops.ts";
import { formatShape, ShapeError } from "./shapes.ts";
import { signatures, type Typed } from "./signatures.ts";

/** Attributes hold axes counted from the front; the builders take negative ones. */
export function checkAxis(axis: number, shape: Shape): void {
  if (!Number.isInteger(axis) || axis < 0 || axis >= shape.length) {
    throw new ShapeError(`axis ${axis} is out of range for rank ${shape.length}`);
  }
}

export function checkExtents(shape: Shape): void {
  if (!shape.every((extent) => Number.isInteger(extent) && extent > 0)) {
    throw new ShapeError(`${formatShape(shape)} is no shape: expected positive whole extents`);
  }
}

export function checkRank(shape: Shape, ...perAxis: readonly (readonly number[])[]): void {
  if (perAxis.some((list) => list.length !== shape.length)) {
    throw new ShapeError(`expected ${shape.length} entries in every attribute, one per axis`);
  }
}

export function checkWindow(window: Window & { readonly group?: number }): void {
  const { kernel, strides, dilations, pads, group = 1 } = window;
  const positive = [...kernel, ...strides, ...dilations, group];
  const whole = (least: number) => (entry: number) => Number.isInteger(entry) && entry >= least;
  if (!positive.every(whole(1)) || !pads.every(whole(0))) {
    throw new ShapeError(
      `expected a kernel, strides, dilations and group of at least 1 and pads of at least 0, got ${JSON.stringify(window)}`,
    );
  }
}

export function checkSignature(op: OpName, inputs: readonly Typed[]): void {
  const signature = signatures[op];
  if (signature === "variadic") {
    if (inputs.length === 0 || inputs.some(({ dtype }) => dtype !== inputs[0]!.dtype)) {
      throw new ShapeError("expected one or more inputs of one dtype");
    }
  } else if (
    inputs.length !== signature.length ||
    inputs.some(({ dtype }, i) => signature[i] !== "any" && signature[i] !== dtype)
  ) {
    throw new ShapeError(`expected inputs (${signature.join(", ")})`);
  }
}

export function checkStrided(
  axis: number,
  extent: number,
  start: number,
  step: number,
  size: number,
): void {
  const last = start + (size - 1) * step;
  const inside = (position: number) =>
    Number.isInteger(position) && position >= 0 && position < extent;
  if (step === 0 || size < 1 || !inside(start) || !inside(last)) {
    throw new ShapeError(
      `axis ${axis}: ${size} entries from ${start} in steps of ${step} leave an extent of ${extent}`,
    );
  }
}

export function checkIndices(indices: readonly number[], extent: number): void {
  const bad = indices.find(
    (index) => index !== ABSENT && (!Number.isInteger(index) || index < 0 || index >= extent),
  );
  if (bad !== undefined) throw new ShapeError(`index ${bad} is outside 0 to ${extent - 1}`);
  if (indices.length === 0) throw new ShapeError("expected at least one index");
}

export function checkKernel({ kernel }: Window, kh: number, kw: number): void {
  if (kernel[0] !== kh || kernel[1] !== kw) {
    throw new ShapeError(
      `the window's kernel is ${formatShape(kernel)}, the weights' ${formatShape([kh, kw])}`,
    );
  }
}
