import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { loadDataset } from "../../src/data/load.ts";
import { fileServer } from "../data/fileServer.ts";
import { temporaryFolder } from "../temporaryFolder.ts";
import { run, start } from "./program.ts";

const root = temporaryFolder();
const uspsText = (count: number) => {
  const line = (label: number) => `${label} ${Array(256).fill("-1").join(" ")}\n`;
  const lines = Array.from({ length: count }, (_, i) => line(i % 10));
  return new Uint8Array(gzipSync(lines.join(""), { level: 0 }));
};
const usps = { "zip.train.gz": uspsText(7291), "zip.test.gz": uspsText(2007) };

test("fetch downloads, verifies and says where the files are", async () => {
  const server = await fileServer(usps);
  const args = ["fetch", "usps", "--data=datasets", `--mirror=${server.url}`];
  const folder = join(root, "datasets", "usps");
  const first = await run(root, ...args);
  expect(first.code).toBe(0);
  expect(first.stderr).toBe(`usps: ${folder}\n`);
  expect(first.stdout).toContain(`usps: ${folder}\n  zip.train.gz  downloaded  no published`);
  expect((await loadDataset("usps", { dataDir: join(root, "datasets") })).test.count).toBe(2007);

  const again = await run(root, ...args, "--json", "--quiet");
  expect(again.stderr).toBe("");
  expect(JSON.parse(again.stdout)).toEqual({
    folder: join(root, "datasets"),
    datasets: [
      {
        name: "usps",
        folder,
        files: ["zip.train.gz", "zip.test.gz"].map((name) => ({
          name,
          path: join(folder, name),
          verified: "structure",
        })),
      },
    ],
  });
  expect(server.requests).toHaveLength(2);
});

test("Ctrl-C keeps what has arrived, and the next fetch continues it", async () => {
  const whole = usps["zip.train.gz"];
  const half = Math.floor(whole.length / 2);
  const server = await fileServer(usps, (_request, response, count) => {
    if (count > 1) return false;
    response.writeHead(200, { "content-length": whole.length }).write(whole.subarray(0, half));
    return true;
  });
  const args = ["fetch", "usps", "--data=stopped", `--mirror=${server.url}`];
  const folder = join(root, "stopped", "usps");
  const { child, ended } = start(root, args);
  const arrived = () =>
    readdirSync(folder, { withFileTypes: true }).some(
      ({ name }) => name.endsWith(".part") && statSync(join(folder, name)).size === half,
    );
  await expect.poll(arrived, { timeout: 10_000 }).toBe(true);
  child.kill("SIGINT");
  const { code, stdout, stderr } = await ended;
  expect([code, stdout]).toEqual([130, ""]);
  expect(stderr).toContain(`stopped; what has arrived stays in ${folder}`);

  expect((await run(root, ...args)).code).toBe(0);
  expect(server.requests).toEqual([
    "zip.train.gz whole",
    `zip.train.gz bytes=${half}-`,
    "zip.test.gz whole",
  ]);
  expect(readFileSync(join(folder, "zip.train.gz")).equals(whole)).toBe(true);
});

test("names that cannot be fetched are errors of use; a mirror without the file is a failure", async () => {
  const unknown = await run(root, "fetch", "usps", "mnits");
  expect([unknown.code, unknown.stderr]).toEqual([
    2,
    'error: unknown data set "mnits": did you mean mnist? There are mnist, fashion-mnist, usps, svhn, cifar10 and all\n',
  ]);
  const generated = await run(root, "fetch", "stroke-digits");
  expect(generated.code).toBe(2);
  const manual = await run(root, "fetch", "cub200");
  expect([manual.code, manual.stderr]).toEqual([
    2,
    "error: cub200 cannot be fetched: download its archives and unpack them in a folder DIR/cub200, then pass --data DIR\n",
  ]);
  const server = await fileServer({});
  const empty = await run(root, "fetch", "usps", "--data=none", `--mirror=${server.url}`);
  expect(empty.code).toBe(1);
  expect(empty.stderr).toMatch(/Could not download zip\.train\.gz:\n .*HTTP 404/);
});
