/** A bundle from elsewhere, and whether its claim holds. */
import type { OpenActions } from "../components/OpenSection.tsx";
import { bytesOf, unpacked } from "../files/givenFiles.ts";
import type { Desk } from "./desk.ts";
import type { Opened } from "./pageState.ts";
import { verdictOf } from "./verdict.ts";

export function openActions(desk: Desk): OpenActions {
  const { store } = desk;
  const change = (of: Partial<Opened>, announcement: string): void =>
    store.update(({ opened }) => ({ opened: { ...opened, ...of }, announcement }));
  const fail = (error: unknown): void =>
    change({ stage: "failed", message: (error as Error).message }, "That did not work.");

  return {
    async open(given) {
      change({ stage: "reading", message: undefined }, "Reading the bundle.");
      try {
        const files = await unpacked(await given);
        const contents = await Promise.all(
          [...files].map(async ([path, file]) => [path, await bytesOf(file)] as const),
        );
        const bundle = await desk.workbench!.openBundle(new Map(contents));
        void desk.bundle?.close();
        desk.bundle = bundle;
        if (store.state.inUse === "bundle") {
          desk.network = undefined;
          store.update(() => ({ training: { stage: "none" }, reading: {} }));
        }
        change(
          { stage: "opened", bundle, verification: undefined },
          `${bundle.config.name} is open.`,
        );
      } catch (error) {
        fail(error);
      }
    },
    async verify() {
      const { bundle } = desk;
      if (!bundle) return;
      change({ stage: "verifying", verification: undefined, message: undefined }, "Measuring.");
      try {
        const verification = await desk.workbench!.verifyBundle(bundle);
        if (desk.bundle !== bundle) return;
        change({ stage: "verified", verification }, `The claim: ${verdictOf(verification)}.`);
      } catch (error) {
        // Another bundle has taken the place of this one.
        if (desk.bundle === bundle) fail(error);
      }
    },
    use() {
      desk.network = undefined;
      store.update(() => ({
        inUse: "bundle",
        training: { stage: "none" },
        reading: {},
        announcement: "The bundle's images are in use.",
      }));
      document.getElementById("use")?.scrollIntoView();
      document.querySelector<HTMLElement>("#use button")?.focus({ preventScroll: true });
    },
  };
}
