/** A data set is nowhere to be found; the text lists what was looked for, where, and how to get it. */
export class MissingDataError extends Error {
  override readonly name = "MissingDataError";
}
