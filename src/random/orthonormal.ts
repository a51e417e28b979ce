import type { Random } from "./generator.ts";

/**
 * `count` orthonormal vectors [count, length], uniform (Haar) over all such frames; count <= length.
 *
 * The Q factor of a normal matrix with the diagonal of R positive (Mezzadri 2007, "How to generate
 * random matrices from the classical compact groups"), by Gram-Schmidt with every vector
 * orthogonalised twice (Giraud et al. 2005: twice is enough).
 */
export function orthonormal(count: number, length: number, rng: Random): Float64Array {
  const frame = new Float64Array(count * length);
  for (let i = 0; i < frame.length; i++) frame[i] = rng.normal();
  for (let v = 0; v < count; v++) {
    const vector = frame.subarray(v * length, (v + 1) * length);
    for (let pass = 0; pass < 2; pass++) {
      for (let u = 0; u < v; u++) {
        const other = frame.subarray(u * length, (u + 1) * length);
        const projection = dot(vector, other);
        for (let i = 0; i < length; i++) vector[i]! -= projection * other[i]!;
      }
    }
    const norm = Math.sqrt(dot(vector, vector));
    for (let i = 0; i < length; i++) vector[i]! /= norm;
  }
  return frame;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
