/** preprocessor_config.json: how pictures become what the network sees, as image processors of Hugging Face read it. */
import type { Problem } from "../../distill/problem.ts";

/** Their number of cubic convolution, which is how images are resized here. */
const BICUBIC = 3;

export const preprocessorConfig = ({
  dataset: { shape, normalization },
  recipe: { preprocessing },
}: Problem) => {
  const [, height, width] = shape;
  return {
    image_processor_type: "ViTImageProcessor",
    do_resize: true,
    size: { height, width },
    resample: BICUBIC,
    do_rescale: true,
    rescale_factor: 1 / 255,
    ...(preprocessing?.channels === "bgr" ? { do_flip_channel_order: true } : {}),
    do_normalize: true,
    image_mean: normalization.mean,
    image_std: normalization.std,
  };
};
