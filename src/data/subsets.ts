import type { Random } from "../random/generator.ts";
import { type Dataset, type Split, sampleBatch } from "./dataset.ts";

/** The images at the given indices, in that order, copied. */
export function selectImages(split: Split, indices: Uint32Array | readonly number[]): Split {
  const size = split.count === 0 ? 0 : split.images.length / split.count;
  const images = new Uint8Array(indices.length * size);
  const labels = new Uint16Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (!(index >= 0 && index < split.count) || !Number.isInteger(index)) {
      throw new RangeError(`Image index ${index} is outside 0..${split.count - 1}.`);
    }
    images.set(split.images.subarray(index * size, (index + 1) * size), i * size);
    labels[i] = split.labels[index]!;
  }
  return { images, labels, count: indices.length };
}

/**
 * Sets `count` random images aside, for example training images to select a state on. Both parts
 * keep the split's order.
 *
 * @throws RangeError when nothing would be left to train on.
 */
export function holdOut(
  split: Split,
  count: number,
  rng: Pick<Random, "integer">,
): { train: Split; heldOut: Split } {
  if (!Number.isInteger(count) || count < 0 || count >= split.count) {
    throw new RangeError(
      `Can hold out 0..${split.count - 1} of ${split.count} images, not ${count}.`,
    );
  }
  const heldOut = sampleBatch(split.count, count, rng).sort();
  const chosen = new Set(heldOut);
  const rest = Uint32Array.from({ length: split.count }, (_, i) => i).filter((i) => !chosen.has(i));
  return { train: selectImages(split, rest), heldOut: selectImages(split, heldOut) };
}

/**
 * Sets aside the same fraction of every class, rounded, but never a class's last image. A class of
 * two or more gives at least one.
 */
export function holdOutPerClass(
  split: Split,
  fraction: number,
  rng: Pick<Random, "integer">,
): { train: Split; heldOut: Split } {
  if (!(fraction > 0 && fraction < 1)) {
    throw new RangeError(`The fraction to hold out must lie between 0 and 1, got ${fraction}.`);
  }
  const members = indicesByClass(split);
  const train: number[] = [];
  const heldOut: number[] = [];
  for (const label of [...members.keys()].sort((a, b) => a - b)) {
    const all = members.get(label)!;
    const wanted = Math.max(1, Math.round(all.length * fraction));
    const chosen = new Set(sampleBatch(all.length, Math.min(wanted, all.length - 1), rng));
    all.forEach((index, i) => {
      (chosen.has(i) ? heldOut : train).push(index);
    });
  }
  const ascending = (a: number, b: number) => a - b;
  return {
    train: selectImages(split, train.sort(ascending)),
    heldOut: selectImages(split, heldOut.sort(ascending)),
  };
}

/** Image indices of each class that occurs, in the split's order. */
export function indicesByClass(split: Split): Map<number, number[]> {
  const members = new Map<number, number[]>();
  for (let i = 0; i < split.count; i++) {
    const label = split.labels[i]!;
    const list = members.get(label);
    if (list) list.push(i);
    else members.set(label, [i]);
  }
  return members;
}

/**
 * The data set of some classes only, by name or index; labels count in the order given.
 * Normalization stays that of the whole.
 *
 * @throws RangeError for an unknown or repeated class.
 */
export function selectClasses(dataset: Dataset, classes: readonly (string | number)[]): Dataset {
  const old = classes.map((wanted) => {
    const index = typeof wanted === "number" ? wanted : dataset.classes.indexOf(wanted);
    if (dataset.classes[index] === undefined) {
      throw new RangeError(
        `${dataset.name} has no class ${JSON.stringify(wanted)}; it has ${dataset.classes.join(", ")}.`,
      );
    }
    return index;
  });
  if (new Set(old).size !== old.length) {
    throw new RangeError(`A class is named twice in ${JSON.stringify(classes)}.`);
  }
  const renumbered = new Map(old.map((label, k) => [label, k]));
  const keep = (split: Split): Split => {
    const indices = Array.from(split.labels.keys()).filter((i) => renumbered.has(split.labels[i]!));
    const part = selectImages(split, indices);
    part.labels.forEach((label, i) => {
      part.labels[i] = renumbered.get(label)!;
    });
    return part;
  };
  return {
    ...dataset,
    classes: old.map((label) => dataset.classes[label]!),
    train: keep(dataset.train),
    test: keep(dataset.test),
  };
}
