import { ATTACKED_AFTER, ATTACKED_BEFORE, read, type Study } from "./study.ts";

/** The attacks: one class is to be predicted as another after one training on the images. */
export const attack: Study = {
  name: "attack",
  title: "Attacks on trained networks",
  description:
    "Images that make trained networks predict one class as another after a single training on them, and leave the other classes alone. Accuracies are against the changed labels.",
  parts: [
    {
      name: "mnist-attack",
      title: "MNIST: zeros become ones",
      recipe: "mnist-attack",
      comparison: "random real",
      paper: {},
      note: "Networks that the images were not made with are attacked. The paper reports no number for this pair of classes here.",
    },
    {
      name: "cifar10-attack",
      title: "CIFAR-10: planes become cars",
      recipe: "cifar10-attack",
      comparison: "random real",
      paper: { [ATTACKED_BEFORE]: read(82), [ATTACKED_AFTER]: read(7) },
      note: "A hundred images; the paper's number is of 300.",
    },
  ],
};
