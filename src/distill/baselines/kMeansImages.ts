import { sizeOf } from "../../ir/value.ts";
import { random } from "../../random/generator.ts";
import type { Problem } from "../problem.ts";
import { imagesByClass, imagesPerClass } from "./classMembers.ts";
import { kMeans } from "./kMeans.ts";

/**
 * Cluster centres of every class's training images in normalised space, as many as the class has distilled images over
 * all steps: [S,n,C,H,W]. One per class is its mean.
 * @throws {RangeError} for a class with fewer training images than that.
 */
export function kMeansImages(problem: Problem): Float32Array {
  const { dataset, recipe } = problem;
  const size = sizeOf(dataset.shape);
  const k = imagesPerClass(problem);
  return imagesByClass(problem, (members, label) => {
    const count = members.length / size;
    if (count < k) {
      throw new RangeError(
        `class "${dataset.classes[label]}" has ${count} training images, too few for ${k} clusters: take fewer steps or images per class`,
      );
    }
    return kMeans(members, size, k, random(recipe.seed, "k-means", label));
  });
}
