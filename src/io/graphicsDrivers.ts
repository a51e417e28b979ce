/** Which graphics drivers a Linux machine has; elsewhere they belong to the system. */
import { readdir, readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** Where the Vulkan loader looks for drivers' manifests. */
const MANIFESTS = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d", "/usr/local/share/vulkan/icd.d"];
const NVIDIA = "/proc/driver/nvidia/gpus";

export interface GraphicsDrivers {
  /** Manifests of Vulkan drivers; of those that the environment names, only these. */
  readonly vulkan: readonly string[];
  /** Models of NVIDIA's cards whose driver is loaded. */
  readonly nvidia: readonly string[];
}

export async function graphicsDrivers(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<GraphicsDrivers> {
  const named = env.VK_DRIVER_FILES || env.VK_ICD_FILENAMES;
  const vulkan = named
    ? named.split(delimiter)
    : (await Promise.all(MANIFESTS.map(manifestsIn))).flat();
  const cards = await namesIn(NVIDIA);
  const models = await Promise.all(
    cards.map((card) => readFile(join(NVIDIA, card, "information"), "utf8").catch(() => "")),
  );
  return {
    vulkan,
    nvidia: models.flatMap((text) => /^Model:\s*(.+)$/m.exec(text)?.[1]?.trim() ?? []),
  };
}

const manifestsIn = async (folder: string): Promise<string[]> =>
  (await namesIn(folder))
    .filter((name) => name.endsWith(".json"))
    .map((name) => join(folder, name));

const namesIn = async (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
