/** The process behind our side: answers requests over the channel to its parent. */
import { on } from "node:events";
import { writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { chooseLayout } from "../distill/layout.ts";
import { encodeSafetensors } from "../io/safetensors.ts";
import type { Executor } from "../runtime/executor.ts";
import { fastestTarget } from "../runtime/fastestTarget.ts";
import { workerExecutor } from "../runtime/workerExecutor.ts";
import { benchProblem } from "./cases.ts";
import { matrixPeak } from "./matrixPeak.ts";
import { type OurSide, prepareOurSide } from "./ours.ts";
import {
  inputsFile,
  type MatrixPeak,
  type OurPreparation,
  type OurSetup,
  ourResultFile,
  type Reply,
  type Request,
  type Turn,
} from "./protocol.ts";

let executor: Executor | undefined;
let side: OurSide | undefined;

async function answer(request: Request): Promise<OurPreparation | Turn | MatrixPeak> {
  switch (request.kind) {
    case "prepare":
      return prepare(request.setup as OurSetup);
    case "run":
      return side!.run(request.iterations);
    case "matrixPeak":
      return { flopsPerSecond: await matrixPeak(executor!) };
  }
}

async function prepare(setup: OurSetup): Promise<OurPreparation> {
  const { folder } = setup;
  const problem = benchProblem(setup.case, setup);
  const { device } = setup;
  executor = workerExecutor({
    device,
    target: await fastestTarget(device),
    ...chooseLayout(problem, device, availableParallelism(), setup),
  });
  side = await prepareOurSide(setup.case, problem, executor);
  await writeFile(join(folder, inputsFile), encodeSafetensors(side.inputs));
  await writeFile(join(folder, ourResultFile), new Uint8Array(side.result.buffer));
  return { parameters: problem.network.parameters.map(({ name }) => name), flops: side.flops };
}

for await (const [request] of on(process, "message", { close: ["disconnect"] })) {
  const reply: Reply = await answer(request as Request).then(
    (result) => ({ result }),
    (error) => ({ error: error instanceof Error ? error.message : String(error) }),
  );
  process.send!(reply);
}
await executor?.close();
