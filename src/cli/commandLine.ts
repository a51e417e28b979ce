/** The command as the user typed it, for what is to be repeated. */
export const commandLine = (): string => ["onnx-distill", ...process.argv.slice(2)].join(" ");
