/** The built-in networks by name. */
import type { Network } from "../network.ts";
import { alexcifarnet } from "./alexcifarnet.ts";
import { alexnet } from "./alexnet.ts";
import { lenet } from "./lenet.ts";
import { mlp } from "./mlp.ts";

export { alexcifarnet, alexnet, lenet, mlp };

export const networkNames = ["lenet", "alexcifarnet", "alexnet", "mlp"] as const;
export type NetworkName = (typeof networkNames)[number];

/**
 * A built-in network for images of the given shape.
 * @throws {RangeError} when the network does not take such images.
 */
export function builtInNetwork(
  name: NetworkName,
  input: readonly [number, number, number],
  classes: number,
): Network {
  const [channels, height, width] = input;
  const square = height === width;
  if (name === "mlp") return mlp({ input, classes });
  if (name === "lenet" && square && (height === 28 || height === 32))
    return lenet({ size: height, channels, classes });
  if (name === "alexcifarnet" && channels === 3 && square && height === 32)
    return alexcifarnet({ classes });
  if (name === "alexnet" && channels === 3 && square && height === 224) return alexnet({ classes });
  const takes = { lenet: "28x28 or 32x32", alexcifarnet: "3x32x32", alexnet: "3x224x224" }[name];
  throw new RangeError(
    `${name} takes ${takes} images, got ${input.join("x")}: choose another network or resize the images`,
  );
}
