/** Random numbers for the inputs of a recipe's graph, all of them float32. */
import type { Network, Port, RecipeGraph } from "../../graphs/index.ts";
import { roundToFloat32 } from "../../src/ir/float32.ts";
import { sizeOf } from "../../src/ir/value.ts";
import { random } from "../../src/random/generator.ts";
import { initialize } from "../../src/random/initializers.ts";

/**
 * Parameters from the network's own initialisation with biases that are not zero, standard normal images, soft
 * labels that do not sum to one, rates around 0.05.
 */
export function recipeFeeds(
  graph: RecipeGraph,
  network: Network,
  seed: number,
): Map<string, Float64Array> {
  return new Map(
    graph.inputs.map((port) => [port.name, roundToFloat32(draw(port, network, seed))]),
  );
}

function draw({ name, role, parameter, value }: Port, network: Network, seed: number) {
  const stream = random(seed, `test ${name}`);
  const numbers = (next: () => number) => Float64Array.from({ length: sizeOf(value.shape) }, next);
  if (role === "parameter") {
    const { shape, init } = network.parameters.find((spec) => spec.name === parameter)!;
    if (shape.length === 1) return numbers(() => 0.1 * stream.normal());
    return initialize(init, shape, stream);
  }
  if (role.endsWith("labels")) return numbers(() => stream.uniform());
  if (role.startsWith("learning_rate")) return numbers(() => 0.05 * (0.5 + stream.uniform()));
  return numbers(() => stream.normal());
}
