/** What an .onnx file is as a network. */
import { describing } from "../io/modelError.ts";
import { networkOfModel } from "../io/modelNetwork.ts";
import { decodeModel } from "../onnx/protobuf/decodeModel.ts";
import type { ModelBytes } from "./problemInPage.ts";

export interface ModelContents {
  /** [C,H,W] of an image. */
  readonly image: readonly [channels: number, height: number, width: number];
  /** Logits of an image. */
  readonly logits: number;
  /** Numbers that are trained. */
  readonly weights: number;
}

/** @throws {ModelError} when the file cannot be read, or its network cannot be distilled against. */
export function modelContents({ name, bytes }: ModelBytes): ModelContents {
  const file = describing(name, () => decodeModel(bytes));
  const { network, weights } = networkOfModel(name, file, {});
  const { input, classes, parameters } = network;
  return {
    image: input,
    logits: classes,
    weights: parameters.reduce((sum, { name }) => sum + weights.get(name)!.length, 0),
  };
}
