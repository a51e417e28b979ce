/** What the page computes with, and why. */
import type { Engine } from "../state/pageState.ts";
import { Notice } from "./Notice.tsx";

export function EngineLine({ engine }: { readonly engine: Engine }) {
  if (engine.stage === "failed") return <Notice message={engine.message} bad />;
  if (engine.stage === "loading") return <p class="small soft">Loading the runtime</p>;
  const { device, threads, reason } = engine;
  const name = device === "webgpu" ? "WebGPU" : "WebAssembly";
  const count = device === "webgpu" ? "" : `, ${threads} ${threads === 1 ? "thread" : "threads"}`;
  return (
    <p class="engine small soft">
      <strong>
        {name}
        {count}
      </strong>
      <span>{reason}</span>
    </p>
  );
}
