import { expect, test } from "vitest";
import { decodeParameters } from "../../../src/io/weights/decodeParameters.ts";
import { Call, Global, Persistent, Tuple, WithState } from "../../formats/pickleBytes.ts";
import {
  type Archive,
  orderedDict,
  parameter,
  tensor,
  torchArchive,
  wholeTensor,
} from "./torchArchive.ts";

const six = { type: "FloatStorage", key: "0", count: 6 };
const counting = { storages: { 0: Float32Array.of(0, 1, 2, 3, 4, 5) } };
const read = (bytes: Uint8Array) => decodeParameters(bytes, "model.pth");
const readOf = async (value: unknown, archive: Archive) => {
  const tensors = await read(torchArchive(value, archive));
  return Object.fromEntries(
    [...tensors].map(([name, { shape, data }]) => [name, { shape, data: [...data] }]),
  );
};
const stored = (type: string, ...values: readonly [ArrayBufferView, number]) =>
  readOf(new Map([["w", wholeTensor(type, "k", [values[1]])]]), { storages: { k: values[0] } });

/** data.pkl of PyTorch 2.13 for {"state_dict": {"turned": w.t(), "row": Parameter(w[1]), "steps": tensor(7)}, "epoch": 3}. */
const golden = new Uint8Array(
  Buffer.from(
    "gAJ9cQAoWAoAAABzdGF0ZV9kaWN0cQF9cQIoWAYAAAB0dXJuZWRxA2N0b3JjaC5fdXRpbHMKX3JlYnVpbGRfdGVuc29yX3YyCnEE" +
      "KChYBwAAAHN0b3JhZ2VxBWN0b3JjaApGbG9hdFN0b3JhZ2UKcQZYAQAAADBxB1gDAAAAY3B1cQhLBnRxCVFLAEsDSwKGcQpLAUsD" +
      "hnELiWNjb2xsZWN0aW9ucwpPcmRlcmVkRGljdApxDClScQ10cQ5ScQ9YAwAAAHJvd3EQY3RvcmNoLl91dGlscwpfcmVidWlsZF9w" +
      "YXJhbWV0ZXIKcRFoBCgoaAVoBmgHaAhLBnRxElFLA0sDhXETSwGFcRSJaAwpUnEVdHEWUnEXiGgMKVJxGIdxGVJxGlgFAAAAc3Rl" +
      "cHNxG2gEKChoBWN0b3JjaApMb25nU3RvcmFnZQpxHFgBAAAAMXEdaAhLAXRxHlFLACkpiWgMKVJxH3RxIFJxIXVYBQAAAGVwb2No" +
      "cSJLA3Uu",
    "base64",
  ),
);

test("PyTorch's own pickle is read: turned and shared tensors, a parameter and a number", async () => {
  const storages = { 0: counting.storages[0], 1: BigInt64Array.of(7n) };
  expect(await readOf(golden, { storages, byteOrder: "little" })).toEqual({
    turned: { shape: [3, 2], data: [0, 3, 1, 4, 2, 5] },
    row: { shape: [3], data: [3, 4, 5] },
    steps: { shape: [], data: [7] },
  });
});

test("tensors are views of a storage by offset and strides", async () => {
  const value = new Map([
    ["column", tensor(six, 1, [2], [3])],
    ["every second", tensor(six, 0, [1, 3], [6, 2])],
    ["repeated", tensor(six, 5, [2, 2], [0, 0])],
    ["turned cube", tensor(six, 0, [3, 1, 2], [1, 7, 3])],
    ["empty", tensor(six, 0, [0, 9], [9, 1])],
    ["one", tensor(six, 4, [], [])],
  ]);
  expect(await readOf(value, counting)).toEqual({
    column: { shape: [2], data: [1, 4] },
    "every second": { shape: [1, 3], data: [0, 2, 4] },
    repeated: { shape: [2, 2], data: [5, 5, 5, 5] },
    "turned cube": { shape: [3, 1, 2], data: [0, 3, 1, 4, 2, 5] },
    empty: { shape: [0, 9], data: [] },
    one: { shape: [], data: [4] },
  });
});

test.each([
  ["DoubleStorage", Float64Array.of(0.1, -1e-300), [Math.fround(0.1), -0]],
  ["HalfStorage", Uint16Array.of(0x3c00, 0xc248), [1, -3.140625]],
  ["BFloat16Storage", Uint16Array.of(0x3f80, 0xc049), [1, -3.140625]],
  ["LongStorage", BigInt64Array.of(-5n, 2n ** 40n), [-5, 2 ** 40]],
  ["IntStorage", Int32Array.of(-7, 1 << 24), [-7, 1 << 24]],
  ["ShortStorage", Int16Array.of(-300, 300), [-300, 300]],
  ["CharStorage", Int8Array.of(-128, 127), [-128, 127]],
  ["ByteStorage", Uint8Array.of(0, 255), [0, 255]],
  ["BoolStorage", Uint8Array.of(1, 0), [1, 0]],
])("the numbers of a %s become float32", async (type, bytes, expected) => {
  expect((await stored(type, bytes, 2)).w?.data).toEqual(expected);
});

test("numbers that float32 cannot hold are refused", async () => {
  await expect(stored("LongStorage", BigInt64Array.of(2n ** 24n + 1n), 1)).rejects.toThrow(
    'Tensor "w": its value 16777217 (I64) is not exact in float32',
  );
  await expect(stored("DoubleStorage", Float64Array.of(0, 1e300), 2)).rejects.toThrow(
    "its value 1e+300 is beyond float32",
  );
  const { w } = await stored("DoubleStorage", Float64Array.of(Number.POSITIVE_INFINITY), 1);
  expect(w?.data).toEqual([Number.POSITIVE_INFINITY]);
});

test("a big-endian file is read", async () => {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setFloat32(0, 1.5);
  bytes.setFloat32(4, -2);
  const value = new Map([["w", wholeTensor("FloatStorage", "0", [2])]]);
  const archive = { storages: { 0: bytes }, byteOrder: "big" };
  expect((await readOf(value, archive)).w?.data).toEqual([1.5, -2]);
  await expect(readOf(value, { ...archive, byteOrder: "middle" })).rejects.toThrow(
    'byte order "middle", expected little or big',
  );
});

const w = tensor(six, 0, [6], [1]);
const names = async (value: unknown) => Object.keys(await readOf(value, counting));

test.each(["state_dict", "model_state_dict", "model"])(
  "a checkpoint's tensors are those under %s",
  async (key) => {
    const optimizer = new Map<unknown, unknown>([
      ["state", new Map([[0, new Map([["exp_avg", w]])]])],
      ["param_groups", [new Map<string, unknown>([["betas", new Tuple(0.9, 0.999)]])]],
    ]);
    const dictionary = new WithState(
      new Map([["fc.weight", parameter(w)]]),
      new Map([["_metadata", orderedDict()]]),
    );
    const checkpoint = new Map<string, unknown>([
      ["epoch", 3],
      ["optimizer", optimizer],
      [key, dictionary],
    ]);
    expect(await names(checkpoint)).toEqual(["fc.weight"]);
  },
);

test("module. before all names is left out, before some it stays", async () => {
  const parallel = ["module.a", "module.b"].map((name): [string, Call] => [name, w]);
  expect(await names(new Map(parallel))).toEqual(["a", "b"]);
  expect(await names(new Map([...parallel, ["c", w]]))).toEqual(["module.a", "module.b", "c"]);
});

test.each([
  ["a list", [w], "The PyTorch file holds a list, expected a state_dict"],
  ["one tensor", w, "The PyTorch file holds a tensor, expected a state_dict"],
  ["an empty dictionary", new Map(), "no tensors by name, only an empty dictionary"],
  ["other keys", new Map([["epoch", 3]]), 'only "epoch"; expected a state_dict, or one under'],
  [
    "a number among tensors",
    new Map<string, unknown>([
      ["w", w],
      ["n", 3],
    ]),
    'has 3 under "n"',
  ],
  ["a tensor without a name", new Map([[7, w]]), "has a tensor under 7, expected a tensor under"],
])("a file of %s is refused", async (_, value, message) => {
  await expect(readOf(value, counting)).rejects.toThrow(message);
});

test.each([
  ["os.system", new Call(new Global("os", "system"), "id")],
  ["builtins.eval", new Call(new Global("builtins", "eval"), "1")],
  ["torch.nn.modules.linear.Linear", new Global("torch.nn.modules.linear", "Linear")],
  ["torch.ComplexFloatStorage", wholeTensor("ComplexFloatStorage", "0", [3])],
  ["torch._utils._rebuild_sparse_tensor", new Global("torch._utils", "_rebuild_sparse_tensor")],
  ["numpy.core.multiarray.scalar", new Global("numpy.core.multiarray", "scalar")],
])("%s is refused by name, with what to do", async (name, value) => {
  const checkpoint = new Map<string, unknown>([
    ["w", w],
    ["x", value],
  ]);
  await expect(readOf(checkpoint, counting)).rejects.toThrow(
    new RegExp(`asks for ${name}, which .* Save the tensors alone: torch.save\\(model.state_dict`),
  );
});

test.each([
  ["beyond its storage", tensor(six, 1, [6], [1]), "leaves its storage of 6"],
  ["beyond it by a stride", tensor(six, 0, [2, 2], [5, 1]), "[2,2] with strides [5,1]"],
  ["with a negative length", tensor(six, 0, [-1], [1]), "not described by its storage, offset"],
  ["with a fraction", tensor(six, 0, [1.5], [1]), "not described by its storage, offset"],
  ["with too few strides", tensor(six, 0, [2, 3], [1]), "[2,3] has 1 strides"],
  ["of 65 axes", tensor(six, 0, Array(65).fill(1), Array(65).fill(1)), "has 65 strides"],
  ["of absurd size", tensor(six, 0, [2 ** 30, 2 ** 30], [0, 0]), "they repeat what is stored"],
  ["of a missing storage", tensor({ ...six, key: "9" }, 0, [6], [1]), "data/9 of 6 F32 numbers"],
  ["of another size", tensor({ ...six, count: 7 }, 0, [6], [1]), "needs 28 bytes, got 24"],
  [
    "without a storage",
    new Call(new Global("torch._utils", "_rebuild_tensor_v2")),
    "not described",
  ],
  ["of a text", new Persistent("0"), "a storage is not described by its type"],
  ["of no data", parameter(orderedDict()), "a parameter holds no tensor"],
])("a tensor %s is refused", async (_, value, message) => {
  await expect(readOf(new Map([["w", value]]), counting)).rejects.toThrow(message);
});

test("PyTorch's old format is refused, with how to save anew", async () => {
  const start = Buffer.from("80028a0a6cfc9c46f9206aa850192e80024de9032e", "hex");
  await expect(read(new Uint8Array(start))).rejects.toThrow(
    "before version 1.6, which is not read; save it again in Python: torch.save(torch.load(",
  );
});

test("a pickle that is too long, and compressed storages, are refused", async () => {
  await expect(readOf(new Uint8Array(2 ** 22 + 1), counting)).rejects.toThrow(
    "above the limit of 4194304",
  );
  const bytes = torchArchive(new Map([["w", w]]), counting);
  // The compression method of the first entry of the directory.
  const first = Buffer.from(bytes).indexOf("PK\u0001\u0002");
  bytes[first + 10] = 8;
  await expect(read(bytes)).rejects.toThrow(
    "archive/data.pkl is compressed, which torch.save does",
  );
});

test("a file that is cut off is refused", async () => {
  const bytes = torchArchive(new Map([["w", w]]), counting);
  await expect(read(bytes.subarray(0, bytes.length - 30))).rejects.toThrow("or cut off");
});
