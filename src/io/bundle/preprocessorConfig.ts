/** preprocessor_config.json: how pictures become what the network sees, as image processors of Hugging Face read it. */
import type { Dataset } from "../../data/dataset.ts";

/** Their number of cubic convolution, which is how images are resized here. */
const BICUBIC = 3;

export const preprocessorConfig = ({ shape, normalization }: Dataset) => {
  const [, height, width] = shape;
  return {
    image_processor_type: "ViTImageProcessor",
    do_resize: true,
    size: { height, width },
    resample: BICUBIC,
    do_rescale: true,
    rescale_factor: 1 / 255,
    do_normalize: true,
    image_mean: normalization.mean,
    image_std: normalization.std,
  };
};
