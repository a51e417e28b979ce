import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { weightFiles } from "../../../src/io/weights/weightFiles.ts";
import { temporaryFolder } from "../../temporaryFolder.ts";

const root = temporaryFolder();
const at = (...names: string[]) => join(root, ...names);

beforeAll(() => {
  for (const file of [
    "a.pth",
    "files/b.npz",
    "files/a.onnx",
    "files/notes.txt",
    "trained/networks.json",
    "trained/network-0001.safetensors",
    "trained/network-0000.safetensors",
    "trained/network-0000.npz",
    "begun/unfinished.safetensors",
    "empty/notes.txt",
  ]) {
    mkdirSync(at(file, ".."), { recursive: true });
    writeFileSync(at(file), "");
  }
});

test("files are themselves, folders their files of weights in order", async () => {
  const both = [at("files/a.onnx"), at("files/b.npz")];
  for (const trainable of [true, false]) {
    expect(await weightFiles([at("a.pth")], trainable)).toEqual([at("a.pth")]);
    expect(await weightFiles([at("files")], trainable)).toEqual(both);
    expect(await weightFiles([at("a.pth"), at("files")], trainable)).toEqual([
      at("a.pth"),
      ...both,
    ]);
  }
});

test("a folder that networks are trained into is one, there or not", async () => {
  for (const name of ["trained", "begun", "empty", "not-yet"])
    expect(await weightFiles([at(name)], true), name).toBeUndefined();
});

test("where nothing can be trained, a folder's networks are files of weights", async () => {
  expect(await weightFiles([at("trained")], false)).toEqual([
    at("trained/network-0000.safetensors"),
    at("trained/network-0001.safetensors"),
  ]);
  await expect(weightFiles([at("empty")], false)).rejects.toThrow(
    "empty holds no file of weights; they end in .safetensors, .npz, .onnx, .pth, .pt",
  );
  await expect(weightFiles([at("not-yet")], false)).rejects.toThrow("there is no such file");
});

test("a file that is not there is no folder to train into", async () => {
  await expect(weightFiles([at("b.pth")], true)).rejects.toThrow(
    `${at("b.pth")}: there is no such file of weights.`,
  );
  await expect(weightFiles([at("a.pth"), at("not-yet")], true)).rejects.toThrow("not-yet: there");
});
