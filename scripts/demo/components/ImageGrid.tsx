/** The learned images, a row or more for each step; few of them are large and carry their class. */
import { useMemo } from "preact/hooks";
import { noisePixels } from "../drawing/noise.ts";
import { ImageTile } from "./ImageTile.tsx";

interface Props {
  /** RGBA [S*n,H,W,4]; without them there is noise. */
  readonly pixels?: Uint8ClampedArray<ArrayBuffer>;
  /** [S,n,C,H,W] */
  readonly shape: readonly number[];
  /** Image i of a step belongs to class i mod K. */
  readonly classes: readonly string[];
}

/** Up to so many images are large. */
const FEW = 12;
const MOST_COLUMNS = 10;

export function ImageGrid({ pixels, shape, classes }: Props) {
  const [steps = 1, perStep = 1, , height = 1, width = 1] = shape;
  const total = steps * perStep;
  const few = total <= FEW;
  const columns = few && total > 6 ? Math.ceil(total / 2) : Math.min(perStep, MOST_COLUMNS);
  const size = 4 * height * width;
  const noise = useMemo(() => noisePixels(shape), shape);
  const shown = pixels ?? noise;
  const what = pixels ? "Learned image" : "Noise in place of the image";
  return (
    <ul
      class={`images ${few ? "few" : "many"} columns-${columns} ${pixels ? "" : "waiting"}`}
      aria-label="Learned images"
    >
      {Array.from({ length: total }, (_, image) => {
        const name = classes[(image % perStep) % classes.length] ?? "";
        const step = steps > 1 ? `, step ${Math.floor(image / perStep) + 1}` : "";
        return (
          <li key={image}>
            <ImageTile
              pixels={shown.subarray(image * size, (image + 1) * size)}
              height={height}
              width={width}
              name={`${what} of class ${name}${step}`}
            />
            {few && (
              <span class="class-name" aria-hidden="true">
                {name}
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}
