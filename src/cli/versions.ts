/** Versions that a result depends on. */
import { readFileSync } from "node:fs";
import { runtimeVersion } from "../runtime/session.ts";

export const packageVersion = (): string => {
  const file = new URL("../../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
};

export const versions = (): Record<string, string> => ({
  "onnx-distill": packageVersion(),
  onnxruntime: runtimeVersion(),
  node: process.versions.node,
});
