import { DISTILLED_ROW, notReread, type Study } from "./study.ts";

/** Table 3: AlexNet, which knows ImageNet, is adapted to other photographs. */
export const table3: Study = {
  name: "table3",
  title: "AlexNet to PASCAL VOC and CUB-200",
  description:
    "One image per class that fine-tunes AlexNet from ImageNet weights in three gradient steps.",
  parts: [
    {
      name: "alexnet-voc",
      title: "AlexNet to PASCAL VOC, 20 images",
      recipe: "alexnet-voc",
      comparison: "baselines",
      quickComparison: "random real",
      paper: {
        [DISTILLED_ROW]: notReread(70.75),
        "random real": notReread(19.4),
        "optimized real": notReread(23.8),
        average: notReread(9.9),
      },
    },
    {
      name: "alexnet-cub",
      title: "AlexNet to CUB-200, 200 images",
      recipe: "alexnet-cub",
      comparison: "baselines",
      quickComparison: "random real",
      paper: {
        [DISTILLED_ROW]: notReread(38.76),
        "random real": notReread(7.1),
        "optimized real": notReread(7.2),
        average: notReread(2.9),
      },
    },
  ],
};
