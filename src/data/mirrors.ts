/** One file to download. */
export interface RemoteFile {
  name: string;
  /** Base URLs, tried in order; the file's name is appended. */
  urls: readonly string[];
  /** Upper bound on the download, in bytes. */
  maxBytes: number;
  /** MD5 of the file as downloaded, where published. */
  md5?: string;
  /** MD5 of the decompressed content, where known. */
  contentMd5?: string;
  /** An archive's files are unpacked, the others are kept as they come. */
  format: "idx" | "usps-text" | "svhn" | "cifar10-archive";
  /** Number of images (or labels) in the file, or in each file of an archive. */
  images: Readonly<Record<string, number>>;
}

const MEGABYTE = 1e6;
const mnistUrls = [
  "https://ossci-datasets.s3.amazonaws.com/mnist/",
  "https://storage.googleapis.com/cvdf-datasets/mnist/",
];
const fashionUrls = [
  "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
  "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
  "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
];
/** The data page of "The Elements of Statistical Learning", which publishes no checksums. */
const uspsUrls = [
  "https://hastie.su.domains/ElemStatLearn/datasets/",
  "https://web.stanford.edu/~hastie/ElemStatLearn/datasets/",
];
const svhnUrls = ["http://ufldl.stanford.edu/housenumbers/"];
const cifarUrls = ["https://www.cs.toronto.edu/~kriz/", "https://cave.cs.toronto.edu/kriz/"];

const idx = (
  name: string,
  urls: readonly string[],
  images: number,
  checksum: Pick<RemoteFile, "md5" | "contentMd5">,
): RemoteFile => ({
  name,
  urls,
  maxBytes: 60 * MEGABYTE,
  ...checksum,
  format: "idx",
  images: { [name]: images },
});
const uspsText = (name: string, images: number): RemoteFile => ({
  name,
  urls: uspsUrls,
  maxBytes: 20 * MEGABYTE,
  format: "usps-text",
  images: { [name]: images },
});
/** SVHN's page publishes no checksums; these are those that torchvision verifies downloads by. */
const svhn = (name: string, images: number, megabytes: number, md5: string): RemoteFile => ({
  name,
  urls: svhnUrls,
  maxBytes: megabytes * MEGABYTE,
  md5,
  format: "svhn",
  images: { [name]: images },
});
/** MNIST's gzip bytes differ between mirrors, so its checksums are those of the content. */
const mnist = (name: string, images: number, contentMd5: string) =>
  idx(name, mnistUrls, images, { contentMd5 });
/** Fashion-MNIST's authors publish the checksums of the gzip files. */
const fashion = (name: string, images: number, md5: string) =>
  idx(name, fashionUrls, images, { md5 });

/** What to download for each data set, and from where. */
export const mirrors: Readonly<Record<string, readonly RemoteFile[]>> = {
  mnist: [
    mnist("train-images-idx3-ubyte.gz", 60_000, "6bbc9ace898e44ae57da46a324031adb"),
    mnist("train-labels-idx1-ubyte.gz", 60_000, "a25bea736e30d166cdddb491f175f624"),
    mnist("t10k-images-idx3-ubyte.gz", 10_000, "2646ac647ad5339dbf082846283269ea"),
    mnist("t10k-labels-idx1-ubyte.gz", 10_000, "27ae3e4e09519cfbb04c329615203637"),
  ],
  "fashion-mnist": [
    fashion("train-images-idx3-ubyte.gz", 60_000, "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
    fashion("train-labels-idx1-ubyte.gz", 60_000, "25c81989df183df01b3e8a0aad5dffbe"),
    fashion("t10k-images-idx3-ubyte.gz", 10_000, "bef4ecab320f06d8554ea6380940ec79"),
    fashion("t10k-labels-idx1-ubyte.gz", 10_000, "bb300cfdad3c16e7a12a480ee83cd310"),
  ],
  usps: [uspsText("zip.train.gz", 7291), uspsText("zip.test.gz", 2007)],
  svhn: [
    svhn("train_32x32.mat", 73_257, 200, "e26dedcc434d2e4c54c9b2d4a06d8373"),
    svhn("test_32x32.mat", 26_032, 80, "eb5a983be6a315427106f1b164d9cef3"),
  ],
  cifar10: [
    {
      name: "cifar-10-binary.tar.gz",
      urls: cifarUrls,
      maxBytes: 200 * MEGABYTE,
      md5: "c32a1d4ab5d03f1284b67883e8d87530",
      format: "cifar10-archive",
      images: {
        "data_batch_1.bin": 10_000,
        "data_batch_2.bin": 10_000,
        "data_batch_3.bin": 10_000,
        "data_batch_4.bin": 10_000,
        "data_batch_5.bin": 10_000,
        "test_batch.bin": 10_000,
      },
    },
  ],
};
