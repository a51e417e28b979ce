/** The script of a workbench's worker. */
import { workbenchMethods } from "./methods.ts";
import { type AnsweringEnd, answerCalls } from "./rpc.ts";

// ONNX Runtime starts its own threads with the script that it is part of: in those it does all that is to be done.
const scope = globalThis as unknown as AnsweringEnd & { readonly name: string };
if (!scope.name.startsWith("em-pthread")) answerCalls(scope, workbenchMethods);
