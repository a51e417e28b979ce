// tsc does not keep the run bit of the command-line entry; npm sets it only at install time.
import { chmodSync } from "node:fs";

chmodSync(new URL("../dist/src/cli/main.js", import.meta.url), 0o755);
