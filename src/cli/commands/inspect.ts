/** `onnx-distill inspect`: what a model is made of, and whether it can be distilled against. */
import { readModelFile } from "../../io/modelFile.ts";
import { type Inspection, inspectModel } from "../../onnx/import/inspect.ts";
import type { FileValueInfo } from "../../onnx/modelFile.ts";
import { type CommonOptions, defineCommand, printResult, type Register } from "../command.ts";
import { formatCount, formatTable } from "../format.ts";
import { importOptions, type ModelOptions, withImageShape, withModel } from "../modelOptions.ts";

export const registerInspect: Register = (program, context) => {
  const command = defineCommand(
    program,
    "inspect <model.onnx>",
    "Shows what a model is made of, and whether it can be distilled against.",
    "onnx-distill inspect squeezenet.onnx --head conv_final=2",
  );
  withModel(withImageShape(command)).action(
    async (path: string, options: CommonOptions & ModelOptions) => {
      const found = inspectModel(await readModelFile(path), importOptions(options));
      printResult(context, options, asJson(found), asText(found));
    },
  );
};

const asJson = ({ inputs, outputs, ...found }: Inspection) => ({
  ...found,
  inputs: inputs.map(info),
  outputs: outputs.map(info),
});

const info = ({ name, type, shape }: FileValueInfo) => ({
  name,
  type: type ?? null,
  shape: shape?.map((extent) => extent ?? null) ?? null,
});

function asText(found: Inspection): string {
  const { producer, opset, inputs, outputs, parameters, operators } = found;
  const facts = formatTable([
    ["made by", `${producer || "unknown"}, opset ${opset ?? "unknown"}`],
    ["inputs", inputs.map(described).join(", ")],
    ["outputs", outputs.map(described).join(", ")],
    ...imageRows(found),
  ]);
  const support = formatTable(
    operators.map(({ op, count, forward, shapesOnly }) => [
      op,
      formatCount(count),
      forward ? (shapesOnly ? "of shapes" : "yes") : "no",
      forward ? (shapesOnly ? "-" : "yes") : "no",
      forward ? (shapesOnly ? "-" : "yes") : "no",
    ]),
    {
      header: ["operator", "count", "forward", "first order", "second order"],
      align: ["left", "right", "left", "left", "left"],
    },
  );
  const tensors = formatTable(
    parameters.map(({ name, shape, trained }) => [
      name,
      shape.join("x") || "1",
      trained ? "trained" : "fed",
    ]),
    { header: ["tensor", "shape", ""] },
  );
  const verdict = found.distillable
    ? `Distillable: ${formatCount(countOf(found, true))} trained numbers in ${parameters.filter(({ trained }) => trained).length} tensors.`
    : `Not distillable: ${found.reason}.`;
  return [facts, support, ...(parameters.length > 0 ? [tensors] : []), verdict].join("\n\n");
}

const described = ({ name, shape }: FileValueInfo): string =>
  `${name} [${shape?.map((extent) => extent ?? "?").join(",") ?? "?"}]`;

function imageRows({ images, classes, omitted = [] }: Inspection): string[][] {
  if (!images) return [];
  const fixed = images.fixedBatch === undefined ? "" : `, batch ${images.fixedBatch} made free`;
  return [
    ["images", `${images.shape.join("x")}, ${images.layout}${fixed}`],
    ["classes", String(classes)],
    ...(omitted.length > 0 ? [["left out", `${omitted.join(", ")}: the loss takes logits`]] : []),
  ];
}

const countOf = ({ parameters }: Inspection, wanted: boolean): number =>
  parameters
    .filter(({ trained }) => trained === wanted)
    .reduce((sum, { shape }) => sum + shape.reduce((product, extent) => product * extent, 1), 0);
