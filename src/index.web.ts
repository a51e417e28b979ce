/**
 * The library wherever JavaScript runs: networks, derivatives, ONNX models, execution, distillation and file
 * formats. Nothing here reaches a node:* module; `index.ts` adds what does.
 */

/** Inner steps and gradients through them, on values. */
export {
  type Batch,
  type InnerStepCotangents,
  innerStep,
  innerStepVjp,
  type MetaGradient,
  type Model,
  metaGradient,
} from "../graphs/gradientDescent.ts";
/** Networks. */
/** Losses, and the graphs of a recipe. */
export {
  alexcifarnet,
  alexnet,
  batchLoss,
  builtInNetwork,
  type Conv2dLayer,
  defineNetwork,
  evaluateGraph,
  innerStepGraph,
  innerStepVjpGraph,
  type Layers,
  type LossName,
  lenet,
  lossFor,
  lossNames,
  lossPerImage,
  metaGradientGraph,
  mlp,
  type Network,
  type NetworkDefinition,
  type NetworkName,
  networkNames,
  outerLossGraph,
  type ParameterSpec,
  type Port,
  type RecipeGraph,
  recipeGraphs,
  toGraph,
  trainGraph,
  trainingStepsGraph,
  type Unroll,
} from "../graphs/index.ts";
export {
  initializedBy,
  type WeightInitializer,
  weightInitializers,
} from "../graphs/initialization.ts";
export type { LeNetOptions } from "../graphs/networks/lenet.ts";
export type { MlpOptions } from "../graphs/networks/mlp.ts";
/** Derivatives. */
export {
  type CheckGradsOptions,
  checkGrads,
  type GradientErrors,
  GradientMismatch,
} from "./autodiff/checkGrads.ts";
export { gradient, vjp } from "./autodiff/gradient.ts";
export { jvp } from "./autodiff/jvp.ts";
/** Data sets. */
export { cropAndFlip } from "./data/augment.ts";
export { type CatalogEntry, catalog } from "./data/catalog.ts";
export { convertDataset } from "./data/convert.ts";
export {
  type Dataset,
  fillBatch,
  type Normalization,
  type SkippedImage,
  type Split,
  sampleBatch,
} from "./data/dataset.ts";
export { meanStd } from "./data/normalization.ts";
export { type StrokeDigitsOptions, strokeDigitsDataset } from "./data/strokeDigitsDataset.ts";
export { holdOut, holdOutPerClass, selectClasses, selectImages } from "./data/subsets.ts";
export {
  type AttackOutcome,
  type AttackScores,
  combineScores,
  confusion,
  scoreAttack,
} from "./distill/attack.ts";
export type {
  BaselineEntry,
  BaselineOptions,
  NeighbourEntry,
  TrainedEntry,
} from "./distill/baselines/entries.ts";
/** How good a distilled data set is. */
export { kMeans } from "./distill/baselines/kMeans.ts";
export { measureBaselines } from "./distill/baselines/measureBaselines.ts";
export { type Norm, nearestNeighbours } from "./distill/baselines/nearestNeighbours.ts";
export {
  type Baseline,
  type RandomRealOptions,
  randomRealBaseline,
} from "./distill/baselines/quickRandomReal.ts";
export {
  type Certificate,
  type CertifyOptions,
  certify,
  type TensorErrors,
} from "./distill/certify.ts";
export {
  type ChooseOptions,
  type ChosenDevice,
  chooseDevice,
  type ProbeOutcome,
} from "./distill/chooseDevice.ts";
/** Distillation: a plan for the meta-gradient, the outer loop, whole runs. */
export {
  type Distilled,
  initialDistilled,
  type RawDistilled,
  randomRealImages,
  toDistilled,
} from "./distill/distilled.ts";
export { type Evaluation, Evaluator, type Statistic, statistic } from "./distill/evaluate.ts";
/** Models as networks, and whether their derivatives are right. */
export { importedNetwork } from "./distill/importedNetwork.ts";
/** Recipes, and a recipe made concrete. */
export { initialParameters, type WeightsFor } from "./distill/initialization.ts";
export type { RealBatch } from "./distill/labels.ts";
export { chooseLayout, type Layout } from "./distill/layout.ts";
export {
  computeMetaGradient,
  type MetaGradientResult,
} from "./distill/metaGradient.ts";
export { evaluatePerStep, type StepEvaluation } from "./distill/perStep.ts";
export { describePlan, type Plan, type PlanOptions, planMetaGradient } from "./distill/plan.ts";
/** Ordinary training of networks. */
export {
  type Pretraining,
  type TrainedNetwork,
  type TrainingOptions,
  type TrainingSchedule,
  type TrainingState,
  trainNetworks,
} from "./distill/pretraining.ts";
export {
  createProblem,
  type GivenNetwork,
  type Parameters,
  type Problem,
} from "./distill/problem.ts";
export { parseRecipe, type Recipe, RecipeError } from "./distill/recipe.ts";
export { recipeNamed, recipes } from "./distill/recipes.ts";
export {
  type BestState,
  type Checkpoint,
  distil,
  evaluateBaseline,
  evaluateDistilled,
  type FinalEvaluation,
  type RunEvent,
  type RunOptions,
  type RunStorage,
  type Select,
  type Trained,
} from "./distill/run.ts";
export {
  baselineEpochs,
  baselineGridFor,
  baselineRates,
  type Grid,
  type Setting,
} from "./distill/settings.ts";
export {
  DivergenceError,
  type IterationResult,
  initialState,
  Trainer,
  type TrainerState,
} from "./distill/trainer.ts";
export { trainingSchedule } from "./distill/trainingSchedules.ts";
export { type TransferOptions, type TransferRow, transferReport } from "./distill/transfer.ts";
/** File formats, as bytes. */
export { encodeZip } from "./formats/zipWrite.ts";
export type { BundleConfig } from "./io/bundle/bundleConfig.ts";
export { decodeCheckpoint, encodeCheckpoint } from "./io/checkpointFile.ts";
export { type DistilledFile, decodeDistilled, encodeDistilled } from "./io/distilledFile.ts";
export {
  type EncodedGraphs,
  encodeGraphs,
  type GraphFile,
  type GraphOptions,
  type Manifest,
  type ManifestGraph,
  type ManifestTensor,
  manifest,
} from "./io/encodedGraphs.ts";
export { ModelError } from "./io/modelError.ts";
export { networkOfModel, type OpenModel, type OpenModelOptions } from "./io/modelNetwork.ts";
export {
  decodeSafetensors,
  encodeSafetensors,
  float32Tensor,
  type RawTensor,
  type SafetensorsDtype,
  toFloat32Array,
} from "./io/safetensors.ts";
export { decodeParameters } from "./io/weights/decodeParameters.ts";
export type { NamedTensor, NamedTensors } from "./io/weights/namedTensors.ts";
/** Values: `ops` holds the functions that build them, `interpret` computes them in float64. */
export * as ops from "./ir/builders/index.ts";
export type { Graph } from "./ir/graph.ts";
export { evaluate as interpret, type Feeds } from "./ir/interpreter/index.ts";
export type { DType, Shape } from "./ir/ops.ts";
export { optimize } from "./ir/passes/index.ts";
export { printGraph } from "./ir/print.ts";
export { ShapeError } from "./ir/shapes.ts";
export type { Value } from "./ir/value.ts";
export { compile, type Program } from "./onnx/compile.ts";
/** ONNX models of other tools. */
export { ImportError } from "./onnx/import/error.ts";
export {
  type ImportedModel,
  type ImportedTensor,
  type ImportOptions,
  importModel,
} from "./onnx/import/importModel.ts";
export { type Inspection, inspectModel } from "./onnx/import/inspect.ts";
export { lower, type Target } from "./onnx/lowering/index.ts";
export type { OnnxModel, OnnxNode, OnnxValueInfo } from "./onnx/model.ts";
export { type ModelFile, ModelFileError } from "./onnx/modelFile.ts";
/** ONNX models. */
export { decodeModel, type ReadExternal } from "./onnx/protobuf/decodeModel.ts";
export { encodeModel } from "./onnx/protobuf/encodeModel.ts";
/** Random numbers and initial weights. */
export { type Random, random } from "./random/generator.ts";
export { type Fans, fans, type Initializer, initialize } from "./random/initializers.ts";
/** Devices and execution. */
export {
  type DeviceChoice,
  DeviceError,
  type DeviceName,
  deviceChoice,
  deviceNamed,
  deviceNames,
  devices,
  tolerance,
} from "./runtime/devices.ts";
export {
  DeviceTensor,
  type Feed,
  type Feeds as RunFeeds,
  releaseAll,
} from "./runtime/deviceTensor.ts";
export {
  type Executor,
  type ExecutorOptions,
  inlineExecutor,
  runKeeping,
} from "./runtime/executor.ts";
export { fastestTarget } from "./runtime/fastestTarget.ts";
export { keepConstant, type Tensors } from "./runtime/feeds.ts";
export { interruptible } from "./runtime/interruptible.ts";
export {
  createSession,
  runtimeVersion,
  type Session,
  type SessionOptions,
} from "./runtime/session.ts";
export { takeWasmFrom } from "./runtime/wasmSettings.ts";
/** The library at work in a page. */
export {
  type DatasetOptions,
  datasetFromFiles,
  type FilesByPath,
} from "./web/datasetFromFiles.ts";
export type { DeviceOptions, PickedDevice } from "./web/device.ts";
export type { DistilEvent } from "./web/events.ts";
export type { FinishedRun, RunSnapshot } from "./web/finishedRun.ts";
export type { ModelContents } from "./web/modelContents.ts";
export type { PaintedImages } from "./web/paintedImages.ts";
export type { ModelBytes } from "./web/problemInPage.ts";
export type { Verification } from "./web/verifyBundle.ts";
export {
  type OnProgress,
  openWorkbench,
  type TrainOptions,
  type Workbench,
  type WorkbenchBundle,
  type WorkbenchNetwork,
} from "./web/workbench.ts";
export type { DistilOptions, WorkbenchRun } from "./web/workbenchRun.ts";
