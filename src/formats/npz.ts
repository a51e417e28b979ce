import { MAX_INFLATED_BYTES } from "./inflate.ts";
import { decodeNpy, encodeNpy, type NpyArray } from "./npy.ts";
import { readZipEntry, zipEntries } from "./zip.ts";
import { encodeZip } from "./zipWrite.ts";

/** An opened .npz archive; arrays are decompressed when read. */
export interface Npz {
  names: string[];
  /** @throws Error for an unknown name or a damaged or unsupported array. */
  read(name: string): Promise<NpyArray>;
}

/**
 * Opens a .npz archive as numpy.savez and savez_compressed write it. `maxBytes` bounds each array.
 *
 * @throws Error when it is not a valid zip archive.
 */
export function openNpz(bytes: Uint8Array, maxBytes = MAX_INFLATED_BYTES): Npz {
  const entries = new Map(
    zipEntries(bytes)
      .filter(({ name }) => name.endsWith(".npy"))
      .map((entry) => [entry.name.slice(0, -4), entry]),
  );
  const names = [...entries.keys()];
  return {
    names,
    async read(name) {
      const entry = entries.get(name);
      if (!entry)
        throw new Error(`.npz has no array ${JSON.stringify(name)}, only ${names.join(", ")}.`);
      try {
        return decodeNpy(await readZipEntry(bytes, entry, maxBytes));
      } catch (cause) {
        throw new Error(`Array ${JSON.stringify(name)}: ${(cause as Error).message}`, { cause });
      }
    },
  };
}

/**
 * Reads all arrays of a .npz archive, by name. `maxBytes` bounds each array and their sum.
 *
 * @throws Error as `openNpz` and its `read` do.
 */
export async function decodeNpz(
  bytes: Uint8Array,
  maxBytes = MAX_INFLATED_BYTES,
): Promise<Map<string, NpyArray>> {
  const npz = openNpz(bytes, maxBytes);
  const arrays = new Map<string, NpyArray>();
  let total = 0;
  for (const name of npz.names) {
    const array = await npz.read(name);
    total += array.data.byteLength;
    if (total > maxBytes) throw new Error(`.npz has arrays of over ${maxBytes} bytes in all.`);
    arrays.set(name, array);
  }
  return arrays;
}

/** Writes an uncompressed .npz archive that numpy.load reads; deterministic. */
export function encodeNpz(arrays: ReadonlyMap<string, NpyArray>): Uint8Array<ArrayBuffer> {
  return encodeZip(new Map([...arrays].map(([name, array]) => [`${name}.npy`, encodeNpy(array)])));
}
