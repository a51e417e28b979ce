/** The parameters among what a PyTorch checkpoint holds. */
import { TorchTensor } from "./torchPickle.ts";

/** Where training scripts keep the state_dict beside epochs and optimizers. */
const NESTED = ["state_dict", "model_state_dict", "model"];
/** Before every name of a model that was trained in DataParallel. */
const PARALLEL = "module.";
const SHOWN = 5;

/**
 * Tensors by name: those of a state_dict, or of the one that a checkpoint holds under `state_dict`, `model_state_dict`
 * or `model`. A `module.` before all names is left out.
 * @throws Error when there is no state_dict, or it holds anything but tensors.
 */
export function stateDictOf(checkpoint: unknown): Map<string, TorchTensor> {
  const entries = [...tensorsOf(dictionaryOf(checkpoint))];
  if (!entries.every(([name]) => name.startsWith(PARALLEL))) return new Map(entries);
  return new Map(entries.map(([name, tensor]) => [name.slice(PARALLEL.length), tensor]));
}

function dictionaryOf(checkpoint: unknown): ReadonlyMap<unknown, unknown> {
  if (!(checkpoint instanceof Map)) {
    throw new Error(
      `The PyTorch file holds ${described(checkpoint)}, expected a state_dict: save it with torch.save(model.state_dict(), path).`,
    );
  }
  for (const key of NESTED) {
    const nested = checkpoint.get(key);
    if (nested instanceof Map) return nested;
  }
  if ([...checkpoint.values()].some((value) => value instanceof TorchTensor)) return checkpoint;
  const keys = [...checkpoint.keys()].slice(0, SHOWN).map((key) => described(key));
  throw new Error(
    `The PyTorch file holds no tensors by name, only ${keys.join(", ") || "an empty dictionary"}; expected a state_dict, or one under ${NESTED.join(", ")}.`,
  );
}

function* tensorsOf(dictionary: ReadonlyMap<unknown, unknown>): Generator<[string, TorchTensor]> {
  for (const [name, value] of dictionary) {
    if (typeof name !== "string" || !(value instanceof TorchTensor)) {
      throw new Error(
        `The PyTorch file's state_dict has ${described(value)} under ${described(name)}, expected a tensor under a name.`,
      );
    }
    yield [name, value];
  }
}

function described(value: unknown): string {
  if (value === null || ["boolean", "number", "bigint"].includes(typeof value))
    return String(value);
  if (typeof value === "string") return JSON.stringify(value.slice(0, 60));
  if (value instanceof TorchTensor) return "a tensor";
  if (value instanceof Map) return "a dictionary";
  return Array.isArray(value) ? "a list" : "an object";
}
