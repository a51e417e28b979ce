/** The project's own source files as syntax trees: what they import and which globals they touch. */
import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("..", import.meta.url));

export interface Import {
  /** As written: a package, a node:* module or a relative path. */
  readonly specifier: string;
  /** The imported file, from the project's root, for relative paths. */
  readonly file?: string;
  /** Erased when compiled. */
  readonly typeOnly: boolean;
}

export interface SourceFile {
  /** From the project's root, with forward slashes. */
  readonly path: string;
  readonly imports: readonly Import[];
  /** Uses such as `console.log` and `process.env`: every `name.property` of a bare name. */
  readonly members: readonly string[];
}

/** All TypeScript files below src/ and graphs/, by path. */
export function sourceFiles(): Map<string, SourceFile> {
  const paths = ["src", "graphs"].flatMap((folder) =>
    readdirSync(`${root}/${folder}`, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts"))
      .map((path) => `${folder}/${path.replaceAll("\\", "/")}`),
  );
  return new Map(paths.sort().map((path) => [path, parse(path)]));
}

function parse(path: string): SourceFile {
  const text = readFileSync(`${root}/${path}`, "utf8");
  const imports: Import[] = [];
  const members: string[] = [];
  const add = (module: ts.Node | undefined, typeOnly: boolean): void => {
    if (!module || !ts.isStringLiteral(module)) return;
    const specifier = module.text;
    const file = specifier.startsWith(".") ? posix.join(posix.dirname(path), specifier) : undefined;
    imports.push({ specifier, file, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node.moduleSpecifier, node.importClause?.isTypeOnly === true);
    } else if (ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, node.isTypeOnly);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], false);
    } else if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
      members.push(`${node.expression.text}.${node.name.text}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest));
  return { path, imports, members };
}

/** Everything that is loaded when `entry` is, with the imports of packages left in place. */
export function reachedFrom(entry: string, files: ReadonlyMap<string, SourceFile>): SourceFile[] {
  const reached = new Set([entry]);
  for (const path of reached) {
    for (const { file, typeOnly } of files.get(path)!.imports) {
      if (file && !typeOnly) reached.add(file);
    }
  }
  return [...reached].map((path) => files.get(path)!);
}
