/** The process behind `probeInProcess`: tries one device and says what it did. */
import { probeDevice } from "../distill/probeDevice.ts";
import type { ProbeReply, ProbeRequest } from "./probeInProcess.ts";

process.once("message", async ({ device, options }: ProbeRequest) => {
  const reply: ProbeReply = await probeDevice(device, options).then(
    (probe) => ({ probe }),
    (error) => ({ error: error instanceof Error ? error.message : String(error) }),
  );
  process.send!(reply, () => process.disconnect());
});
