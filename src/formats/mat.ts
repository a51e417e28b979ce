/** MATLAB's MAT-file of level 5: numeric arrays, compressed or not ("MAT-File Format", MathWorks). */
import { swapBytes } from "./byteOrder.ts";
import { ChunkReader } from "./chunkReader.ts";
import { inflateChunks, MAX_DEFLATE_RATIO, MAX_INFLATED_BYTES } from "./inflate.ts";
import { formatOfMat, MatTag, readTag } from "./matTag.ts";

const HEADER_BYTES = 128;

/** Types of stored numbers by their code; those of a variable may be smaller than its class. */
const numberTypes = {
  1: Int8Array,
  2: Uint8Array,
  3: Int16Array,
  4: Uint16Array,
  5: Int32Array,
  6: Uint32Array,
  7: Float32Array,
  9: Float64Array,
} as const;

/** Classes of numeric arrays: double, single and integers up to 32 bits. */
const FIRST_NUMERIC_CLASS = 6;
const LAST_NUMERIC_CLASS = 13;
const COMPLEX_FLAG = 0x08;

export type MatData = InstanceType<(typeof numberTypes)[keyof typeof numberTypes]>;

/** A numeric array in column-major order: the first index moves fastest. */
export interface MatArray {
  shape: number[];
  /** Numbers in the type they are stored in, which for whole numbers may be smaller than the class. */
  data: MatData;
}

/**
 * Reads the real numeric arrays of a MAT-file of level 5 (MATLAB's `-v6` and `-v7`), by name. Others
 * (text, cells, structures, sparse, complex and 64-bit integer arrays) are passed over. Compressed
 * arrays are decompressed into their final place.
 *
 * @throws Error for other levels, -v7.3 (HDF5) among them, and for cut-off or damaged files.
 */
export async function decodeMat(
  bytes: Uint8Array,
  maxBytes = MAX_INFLATED_BYTES,
): Promise<Map<string, MatArray>> {
  const { littleEndian } = formatOfMat(bytes);
  const arrays = new Map<string, MatArray>();
  for (let at = HEADER_BYTES; at < bytes.length; ) {
    if (at + 8 > bytes.length) throw new Error("MAT-file is cut off: it ends inside a tag.");
    const { type, length } = readTag(bytes.subarray(at, at + 8), littleEndian);
    const start = at + 8;
    if (start + length > bytes.length) {
      throw new Error(
        `MAT-file is cut off: an element at byte ${at} has ${length} bytes, ${bytes.length - start} are there.`,
      );
    }
    const content = bytes.subarray(start, start + length);
    if (type === MatTag.compressed) {
      const bound = Math.min(maxBytes, length * MAX_DEFLATE_RATIO);
      const reader = new ChunkReader(inflateChunks(content, "deflate"));
      try {
        const tag = readTag(await reader.take(8), littleEndian);
        await readVariable(reader, tag, littleEndian, bound, arrays);
        if (!(await reader.atEnd())) {
          throw new Error("A compressed variable of the MAT-file is followed by other data.");
        }
      } finally {
        await reader.close();
      }
    } else {
      await readVariable(
        new ChunkReader([content]),
        { type, length },
        littleEndian,
        Math.min(maxBytes, length),
        arrays,
      );
    }
    at = start + length + (type === MatTag.compressed ? 0 : padding(length));
  }
  return arrays;
}

/** Reads one variable into `arrays`, or to its end where it is none of ours. */
async function readVariable(
  reader: ChunkReader,
  { type, length }: { type: number; length: number },
  littleEndian: boolean,
  maxBytes: number,
  arrays: Map<string, MatArray>,
): Promise<void> {
  if (length > maxBytes) {
    throw new Error(`MAT-file announces a variable of ${length} bytes, more than can be there.`);
  }
  let left = length;
  const take = async (count: number): Promise<Uint8Array<ArrayBuffer>> => {
    if (count > left) throw new Error(`MAT-file has an element larger than its variable.`);
    left -= count;
    return reader.take(count);
  };
  if (type !== MatTag.matrix) {
    await take(left);
    return;
  }
  const element = async (): Promise<{ type: number; content: Uint8Array<ArrayBuffer> }> => {
    const tag = await take(8);
    const { type, length, small } = readTag(tag, littleEndian);
    if (small) return { type, content: tag.slice(4, 4 + length) };
    const content = await take(length);
    await take(Math.min(padding(length), left));
    return { type, content };
  };
  const flags = numbersOf(await element(), littleEndian);
  const shape = Array.from(numbersOf(await element(), littleEndian));
  const name = new TextDecoder("latin1").decode((await element()).content);
  const arrayClass = flags[0]! & 0xff;
  const complex = ((flags[0]! >> 8) & COMPLEX_FLAG) !== 0;
  const numeric = arrayClass >= FIRST_NUMERIC_CLASS && arrayClass <= LAST_NUMERIC_CLASS;
  if (numeric && !complex) {
    const data = numbersOf(await element(), littleEndian);
    const expected = shape.reduce((product, axis) => product * axis, 1);
    if (data.length !== expected) {
      throw new Error(
        `MAT-file array ${name} of shape [${shape}] needs ${expected} numbers, got ${data.length}.`,
      );
    }
    arrays.set(name, { shape, data });
  }
  await take(left);
}

function numbersOf(
  { type, content }: { type: number; content: Uint8Array<ArrayBuffer> },
  littleEndian: boolean,
): MatData {
  const numberType = numberTypes[type as keyof typeof numberTypes];
  if (!numberType) throw new Error(`MAT-file has numbers of the unknown type ${type}.`);
  const width = numberType.BYTES_PER_ELEMENT;
  if (content.length % width !== 0) {
    throw new Error(`MAT-file has ${content.length} bytes for numbers of ${width} bytes each.`);
  }
  const raw = littleEndian || width === 1 ? content : swapBytes(content, width);
  return new numberType(raw.buffer, 0, raw.length / width);
}

/** Elements begin at multiples of 8 bytes. */
const padding = (length: number): number => (8 - (length % 8)) % 8;
