/** One image, as large as its place. */
import { useEffect, useRef } from "preact/hooks";

interface Props {
  /** RGBA [H,W,4] */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  readonly height: number;
  readonly width: number;
  readonly name: string;
}

export function ImageTile({ pixels, height, width, name }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    context?.putImageData(new ImageData(pixels, width, height), 0, 0);
  }, [pixels, height, width]);
  return <canvas ref={canvas} width={width} height={height} role="img" aria-label={name} />;
}
