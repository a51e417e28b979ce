import { sizeOf } from "../../ir/value.ts";
import type { Problem } from "../problem.ts";
import { imagesByClass, imagesPerClass } from "./classMembers.ts";

/** The mean of every class's training images in every one of its places: [S,n,C,H,W]. */
export function averageImages(problem: Problem): Float32Array {
  const size = sizeOf(problem.dataset.shape);
  const places = imagesPerClass(problem);
  return imagesByClass(problem, (members) => {
    const mean = meanOf(members, size);
    return Float32Array.from({ length: places * size }, (_, i) => mean[i % size]!);
  });
}

/** Mean of points [N,size]. */
function meanOf(points: Float32Array, size: number): Float64Array {
  const mean = new Float64Array(size);
  const count = points.length / size;
  for (let i = 0; i < points.length; i++) mean[i % size] = mean[i % size]! + points[i]!;
  return mean.map((sum) => sum / count);
}
