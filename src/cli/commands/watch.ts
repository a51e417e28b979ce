import { join } from "node:path";
import { eventStream } from "../../serve/eventStream.ts";
import { fileRoute, fileRoutes } from "../../serve/fileRoute.ts";
import { REPORT_POLICY } from "../../serve/headers.ts";
import { pageFiles } from "../../serve/pageFiles.ts";
import { WatchedRun } from "../../serve/watchedRun.ts";
import { defineCommand, type Register } from "../command.ts";
import { type ServingOptions, serveUntilStopped, withPort } from "../serving.ts";

const PORT = 4243;

export const registerWatch: Register = (program, context) => {
  const command = defineCommand(
    program,
    "watch <run>",
    "Opens a page on this machine that shows a run while it goes on, or after it.",
    "onnx-distill watch runs/quickstart-1",
  );
  withPort(command, PORT).action(async (path: string, options: ServingOptions) => {
    const run = await WatchedRun.open(path);
    const routes = new Map(fileRoutes(await pageFiles(), "watch.html"));
    routes.set(
      "/news",
      eventStream(() => run.again()),
    );
    const policy = { "Content-Security-Policy": REPORT_POLICY };
    routes.set("/report.html", fileRoute(join(path, "report.html"), policy));
    await serveUntilStopped(routes, `${path} is shown at`, options, context);
  });
};
