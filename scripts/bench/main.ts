/** `npm run bench`: the program's own `bench` command. */
process.argv.splice(2, 0, "bench");
await import("../../src/cli/main.ts");
