// What tsc leaves out: files that are not TypeScript, and the run bit of the command-line entry, which npm sets only at
// install time.
import { chmodSync, copyFileSync } from "node:fs";

const root = new URL("..", import.meta.url);
for (const name of ["verify.py", "verify.mjs", "verify-inputs.mjs"])
  copyFileSync(new URL(`src/io/bundle/${name}`, root), new URL(`dist/src/io/bundle/${name}`, root));
chmodSync(new URL("dist/src/cli/main.js", root), 0o755);
