/** Builder functions: every value of the IR is made by one of these. */
export * from "./activations.ts";
export * from "./elementwise.ts";
export * from "./movement.ts";
export * from "./normalization.ts";
export * from "./pool.ts";
export * from "./products.ts";
export * from "./reduce.ts";
export type { WindowOptions } from "./window.ts";
