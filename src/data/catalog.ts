import type { Normalization } from "./dataset.ts";

/** What is known about a built-in data set before any file is read. */
export interface CatalogEntry {
  name: string;
  title: string;
  classes: readonly string[];
  /** [channels, height, width]. */
  shape: readonly [number, number, number];
  /** Absent: computed from the training images. */
  normalization?: Normalization;
  /** Folders below a data directory, first match wins; "" is the data directory itself. */
  folders: readonly string[];
}

const digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

export const catalog: readonly CatalogEntry[] = [
  {
    name: "mnist",
    title: "MNIST handwritten digits",
    classes: digits,
    shape: [1, 28, 28],
    // Statistics of the 60,000 training images, rounded as in PyTorch's MNIST example.
    normalization: { mean: [0.1307], std: [0.3081] },
    folders: ["mnist", "MNIST/raw", ""],
  },
  {
    name: "fashion-mnist",
    title: "Fashion-MNIST articles of clothing",
    classes: [
      "T-shirt/top",
      "Trouser",
      "Pullover",
      "Dress",
      "Coat",
      "Sandal",
      "Shirt",
      "Sneaker",
      "Bag",
      "Ankle boot",
    ],
    shape: [1, 28, 28],
    folders: ["fashion-mnist", "FashionMNIST/raw", ""],
  },
  {
    name: "usps",
    title: "USPS handwritten digits",
    classes: digits,
    shape: [1, 16, 16],
    folders: ["usps", ""],
  },
  {
    name: "svhn",
    title: "Street View House Numbers, cropped digits",
    classes: digits,
    shape: [3, 32, 32],
    folders: ["svhn", "SVHN", ""],
  },
  {
    name: "cifar10",
    title: "CIFAR-10 natural images",
    classes: [
      "airplane",
      "automobile",
      "bird",
      "cat",
      "deer",
      "dog",
      "frog",
      "horse",
      "ship",
      "truck",
    ],
    shape: [3, 32, 32],
    // As in the reference implementation of Dataset Distillation. These stds are the mean over
    // images of each image's own std; the std over all training pixels is .2470 .2435 .2616.
    normalization: { mean: [0.4914, 0.4822, 0.4465], std: [0.2023, 0.1994, 0.201] },
    folders: ["cifar10", "cifar-10-batches-bin", ""],
  },
  {
    name: "stroke-digits",
    title: "Drawn digits, generated from a seed without any file",
    classes: digits,
    shape: [1, 28, 28],
    folders: [],
  },
];

/** The entry of a built-in data set, or undefined. */
export function catalogEntry(name: string): CatalogEntry | undefined {
  return catalog.find((entry) => entry.name === name);
}
