/** Version of this package; a page cannot read package.json. */
export const VERSION = "0.1.0";
