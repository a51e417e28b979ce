/** The header of a MAT-file and the tags of its elements. */

export const MatTag = { matrix: 14, compressed: 15 } as const;

const HEADER_BYTES = 128;
const HDF5_SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
/** HDF5 allows a user block before the signature; MATLAB's has 512 bytes. */
const HDF5_OFFSETS = [0, 512];

/**
 * The byte order of a MAT-file of level 5.
 *
 * @throws Error for anything else; it names MATLAB's -v7.3 files and says how to convert them.
 */
export function formatOfMat(bytes: Uint8Array): { littleEndian: boolean } {
  if (HDF5_OFFSETS.some((at) => HDF5_SIGNATURE.every((byte, i) => bytes[at + i] === byte))) {
    throw new Error(
      "The MAT-file has the HDF5 format of MATLAB's -v7.3; expected level 5. Save it again with save(..., '-v7').",
    );
  }
  if (bytes.length < HEADER_BYTES) {
    throw new Error(
      `Not a MAT-file of level 5: it has ${bytes.length} bytes, its header alone 128.`,
    );
  }
  const order = String.fromCharCode(bytes[126]!, bytes[127]!);
  const littleEndian = order === "IM";
  if (!littleEndian && order !== "MI") {
    throw new Error("Not a MAT-file of level 5: bytes 126 and 127 are neither IM nor MI.");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint16(124, littleEndian);
  if (version !== 0x0100) {
    throw new Error(
      `The MAT-file has version 0x${version.toString(16).padStart(4, "0")}, expected 0x0100 (level 5).`,
    );
  }
  return { littleEndian };
}

/**
 * Type and length of the element that a tag of 8 bytes begins. Up to four bytes of content stand
 * inside a `small` tag, from its fifth byte on.
 *
 * @throws Error for a small tag that claims more.
 */
export function readTag(
  tag: Uint8Array,
  littleEndian: boolean,
): { type: number; length: number; small: boolean } {
  const view = new DataView(tag.buffer, tag.byteOffset, 8);
  const word = view.getUint32(0, littleEndian);
  const length = word >>> 16;
  if (length === 0) return { type: word, length: view.getUint32(4, littleEndian), small: false };
  if (length > 4) throw new Error(`MAT-file has ${length} bytes in a tag that holds at most 4.`);
  return { type: word & 0xffff, length, small: true };
}
