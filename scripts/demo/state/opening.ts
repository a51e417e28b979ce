/** A bundle from elsewhere, and whether its claim holds. */
import type { OpenActions } from "../components/OpenSection.tsx";
import type { Desk } from "./desk.ts";

export function openActions({ store: _ }: Desk): OpenActions {
  return { open() {}, verify() {} };
}
