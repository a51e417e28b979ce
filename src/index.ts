/** The library in Node: everything of `index.web.ts`, and what needs threads or files. */

/** Data sets from files and from their mirrors. */
export type { DownloadOptions, DownloadProgress } from "./data/download.ts";
export { type FetchedFile, type FetchOptions, fetchDataset } from "./data/fetch.ts";
export { type ImageFolderOptions, loadImageFolder } from "./data/imageFolder.ts";
export { type LoadOptions, loadDataset } from "./data/load.ts";
export { dataDirs, userCacheDir, userDataDir } from "./data/locate.ts";
export { recipeJsonSchema } from "./distill/recipeJsonSchema.ts";
export * from "./index.web.ts";
/** Runs, graphs, pictures and bundles as files. */
export { type Bundle, type BundleOptions, exportBundle } from "./io/bundle/exportBundle.ts";
export { writeGraphs } from "./io/graphFiles.ts";
export { type FloatTensor, type GridOptions, renderGrid, renderStrip } from "./io/imageGrid.ts";
/** ONNX models of other tools as networks. */
export { readModelFile } from "./io/modelFile.ts";
export { openModel } from "./io/openModel.ts";
export { openProblem } from "./io/openProblem.ts";
/** Devices, each tried in a process of its own. */
export { chooseDevice, probeInProcess } from "./io/probeInProcess.ts";
export { type DataOptions, loadRecipeData } from "./io/recipeData.ts";
export {
  type RecipeRunOptions,
  type RecipeRunResult,
  type Resources,
  runRecipe,
} from "./io/recipeRun.ts";
export { RunDirectory } from "./io/runDirectory.ts";
export type { RunSummary } from "./io/runReport.ts";
export { type StartingOptions, withPretrained } from "./io/startingNetworks.ts";
export {
  type TrainingRunOptions,
  type TrainingRunResult,
  trainIntoFolder,
} from "./io/trainingRun.ts";
/** Files of weights. */
export { fitParameters, namedTensors, readNetwork } from "./io/weights/fitParameters.ts";
export { readParameters } from "./io/weights/readParameters.ts";
export { type WeightFormat, writeParameters } from "./io/weights/writeParameters.ts";
/** Worker threads. */
export { type WorkerOptions, workerExecutor } from "./runtime/workerExecutor.ts";
