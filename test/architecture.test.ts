import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { reachedFrom, type SourceFile, sourceFiles } from "./sourceFiles.ts";

/** What each part may import; docs/architecture.md draws it. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  random: [],
  formats: [],
  ir: [],
  autodiff: ["ir", "random"],
  graphs: ["onnx", "autodiff", "ir", "random"],
  onnx: ["autodiff", "ir", "formats"],
  runtime: ["onnx", "ir", "random"],
  data: ["formats", "random"],
  distill: ["data", "runtime", "graphs", "onnx", "ir", "random"],
  io: ["distill", "data", "runtime", "graphs", "onnx", "ir", "formats", "random"],
  web: ["io", "distill", "data", "runtime", "graphs", "onnx", "formats", "random"],
  bench: ["io", "distill", "data", "runtime", "graphs", "onnx", "ir", "random"],
  serve: ["io", "distill", "data"],
  cli: ["serve", "bench", "io", "distill", "data", "runtime", "graphs", "onnx", "random"],
};

/** The only homes of each package; every other package is for the command line alone. */
const homes: Readonly<Record<string, readonly string[]>> = {
  "#ort": ["src/runtime/session.ts", "src/runtime/wasmSettings.ts"],
  "#ort-wasm": ["src/runtime/session.ts", "src/runtime/wasmSettings.ts"],
  sharp: ["src/data/images/decodeImage.ts"],
  zod: ["src/distill/recipe.ts", "src/distill/recipeJsonSchema.ts"],
};

const files = sourceFiles();

const partOf = (path: string): string =>
  path.startsWith("graphs/") ? "graphs" : path.split("/")[1]!;
const isEntry = (path: string): boolean => /^src\/index(\.web)?\.ts$/.test(path);
/** The package that a specifier such as `zod/mini` belongs to. */
const packageOf = (specifier: string): string =>
  specifier.replace(/^((?:@[^/]+\/)?[^/]+).*$/, "$1");
const isNode = (specifier: string): boolean => specifier.startsWith("node:");

const violations = (find: (file: SourceFile) => readonly string[]): string[] =>
  [...files.values()].flatMap((file) => find(file).map((what) => `${file.path}: ${what}`));

test("imports run one way, types included", () => {
  const upward = violations(({ path, imports }) =>
    imports
      .filter(({ file }) => file !== undefined && !isEntry(path))
      .map(({ file }) => file!)
      .filter((file) => partOf(file) !== partOf(path))
      .filter((file) => !mayImport[partOf(path)]?.includes(partOf(file))),
  );
  expect(upward).toEqual([]);
});

test("every relative import names a file, with its extension", () => {
  const missing = violations(({ imports }) =>
    imports.flatMap(({ file }) => (file === undefined || files.has(file) ? [] : [file])),
  );
  expect(missing).toEqual([]);
});

test("no file imports itself through others, types included", () => {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(" -> "));
    if (done.has(path) || trail.includes(path)) return;
    for (const { file } of files.get(path)!.imports) {
      if (file) visit(file, [...trail, path]);
    }
    done.add(path);
  };
  for (const path of files.keys()) visit(path, []);
  expect(cycles).toEqual([]);
});

test("each package has one home", () => {
  const strays = violations(({ path, imports }) =>
    imports
      .filter(({ file, specifier }) => file === undefined && !isNode(specifier))
      .map(({ specifier }) => packageOf(specifier))
      .filter((name) => !(homes[name]?.includes(path) ?? partOf(path) === "cli")),
  );
  expect(strays).toEqual([]);
});

test("what is computed does no input or output", () => {
  const pure = ["random", "formats", "ir", "autodiff", "graphs", "onnx", "distill", "web"];
  const impure = violations(({ path, imports }) =>
    pure.includes(partOf(path)) ? imports.map(({ specifier }) => specifier).filter(isNode) : [],
  );
  expect(impure).toEqual([]);
});

test("servers are made in one file, and only there", () => {
  const servers = violations(({ path, imports }) =>
    path === "src/serve/server.ts"
      ? []
      : imports
          .filter(({ typeOnly }) => !typeOnly)
          .map(({ specifier }) => specifier)
          .filter((specifier) => /^node:(http|https|http2|net|tls|dgram)$/.test(specifier)),
  );
  expect(servers).toEqual([]);
});

test("only the command line prints, reads arguments and exits", () => {
  const forbidden = /^(console\.\w+|process\.(argv|exit|exitCode|stdin|stdout|stderr|on))$/;
  const talkative = violations(({ path, members }) =>
    partOf(path) === "cli" ? [] : members.filter((member) => forbidden.test(member)),
  );
  expect(talkative).toEqual([]);
});

test("the browser's entry and its worker reach no node:* module and only packages that run there", () => {
  const reached = ["src/index.web.ts", "src/web/workbenchWorker.ts"].flatMap((entry) =>
    reachedFrom(entry, files),
  );
  const packages = reached.flatMap(({ imports }) =>
    imports
      .filter(({ file, typeOnly }) => file === undefined && !typeOnly)
      .map(({ specifier }) => packageOf(specifier)),
  );
  expect([...new Set(packages)].sort()).toEqual(["#ort", "#ort-wasm", "zod"]);
});

test("neither entry reaches the command line", () => {
  const reached = reachedFrom("src/index.ts", files).map(({ path }) => path);
  expect(reached).toContain("src/index.web.ts");
  expect(reached.filter((path) => partOf(path) === "cli")).toEqual([]);
});

test("the runtime's kernels are part of the results: its versions are pinned", () => {
  const { dependencies } = JSON.parse(
    readFileSync(new URL("../package.json", import.meta.url), "utf8"),
  ) as { dependencies: Record<string, string> };
  const versions = ["onnxruntime-node", "onnxruntime-web"].map((name) => dependencies[name]);
  expect(versions[0]).toMatch(/^\d+\.\d+\.\d+$/);
  expect(versions[1]).toBe(versions[0]);
});
