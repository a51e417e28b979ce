/** What a folder of images holds, before any image is decoded. */

/** A part of an image in pixels, as stored, from its upper left corner. */
export interface CropBox {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface ImageFile {
  path: string;
  /** How messages name it, below the data's folder. */
  name: string;
  /** Index of its class. */
  label: number;
  /** The part to use; absent for the whole image. */
  crop?: CropBox;
}

export interface ImageListing {
  /** Where the images are from, for messages. */
  source: string;
  classes: string[];
  train: ImageFile[];
  /** Absent where the data come without a split. */
  test?: ImageFile[];
}

/** What is done to every image. */
export interface Preprocessing {
  /** Height and width of the result, in pixels. */
  size: number;
  /** 3: sRGB; 1: grey. */
  channels: 1 | 3;
  /** `cover` keeps the proportions and crops at the centre, `squash` scales both sides to the size. */
  fit: "cover" | "squash";
}
