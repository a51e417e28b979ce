import { fileRoutes } from "../../serve/fileRoute.ts";
import { pageFiles, writePage } from "../../serve/pageFiles.ts";
import { type CommonOptions, defineCommand, printResult, type Register } from "../command.ts";
import { UsageError } from "../errors.ts";
import { formatBytes, formatCount } from "../format.ts";
import { type ServingOptions, serveUntilStopped, withPort } from "../serving.ts";

const PORT = 4242;
/** What a browser may compute on. */
const DEVICES = ["auto", "wasm", "webgpu"];

export const registerDemo: Register = (program, context) => {
  const command = defineCommand(
    program,
    "demo",
    "Opens a page on this machine that distils in the browser; --out writes it for a web host.",
    "onnx-distill demo --port 8080",
  );
  withPort(command, PORT).action(async (options: ServingOptions) => {
    const search = searchOf(options);
    const files = await pageFiles();
    if (options.out === undefined) {
      await serveUntilStopped(
        fileRoutes(files, "index.html"),
        "The page is at",
        options,
        context,
        search,
      );
      return;
    }
    const bytes = await writePage(files, options.out);
    printResult(
      context,
      options,
      { out: options.out, files: files.size, bytes },
      `${formatCount(files.size)} files, ${formatBytes(bytes)}, in ${options.out}`,
    );
  });
};

/** The page takes its seed and device from its address. */
function searchOf({ seed, device }: CommonOptions): string {
  if (device !== undefined && !DEVICES.includes(device)) {
    throw new UsageError(
      `unknown device "${device}" of browsers: choose one of ${DEVICES.join(", ")}`,
    );
  }
  const given = Object.entries({ seed, device }).filter(([, value]) => value !== undefined);
  return given.length > 0
    ? `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}`
    : "";
}
