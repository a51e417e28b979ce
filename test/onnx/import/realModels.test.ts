import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { input, softmax } from "../../../src/ir/builders/index.ts";
import { relativeError } from "../../../src/ir/float32.ts";
import { evaluate } from "../../../src/ir/interpreter/index.ts";
import { importModel } from "../../../src/onnx/import/importModel.ts";
import { decodeModel } from "../../../src/onnx/protobuf/decodeModel.ts";
import { random } from "../../../src/random/generator.ts";
import { initialize } from "../../../src/random/initializers.ts";
import { realDataDir } from "../../realData.ts";
import { runModel } from "../session.ts";

const dir = realDataDir("onnx");

/** Small models, whose batch is fixed at 1 or 10. */
const models = [
  "mnist-8-cntk.onnx",
  "lenet5_ccoltong.onnx",
  "mlp_ccoltong.onnx",
  "vnncomp21_cifar_base_kw.onnx",
  "vnncomp21_resnet_2b.onnx",
];

test.skipIf(!dir).each(models)(
  "%s computes for any batch what the file computes for its own",
  async (name) => {
    const bytes = readFileSync(join(dir!, "onnx", name));
    const file = decodeModel(bytes);
    const model = importModel(file);
    const weights = file.initializers.filter(({ type }) => type === "float");
    expect(model.parameters.map(({ name }) => name).sort()).toEqual(
      weights.map(({ name }) => name).sort(),
    );
    expect(model.buffers).toEqual([]);

    const batch = 10;
    const shape = [batch, ...model.images.shape];
    const images = initialize({ kind: "normal" }, shape, random(1, "images"));
    const leaves = model.parameters.map((tensor) => input(tensor.name, tensor.shape));
    const logits = model.forward(leaves, [], input("images", shape));
    const output = model.omitted.length > 0 ? softmax(logits) : logits;
    const feeds = new Map(model.parameters.map(({ name, data }) => [name, data!]));
    const [actual] = evaluate([output], feeds.set("images", images));

    const fixed = model.images.fixedBatch!;
    const size = images.length / batch;
    const expected: number[] = [];
    for (let start = 0; start < batch; start += fixed) {
      const part = Float64Array.from(images.subarray(start * size, (start + fixed) * size));
      const inputs = [{ name: model.images.name, shape: [fixed, ...model.images.shape] }];
      const results = await runModel(bytes, inputs, new Map([[model.images.name, part]]));
      expected.push(...[...results.values()][0]!);
    }
    expect(relativeError(Float64Array.from(expected), actual!)).toBeLessThan(1e-5);
  },
);
