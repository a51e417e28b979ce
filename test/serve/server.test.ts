import { mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fileRoute, fileRoutes } from "../../src/serve/fileRoute.ts";
import { type PageServer, serve } from "../../src/serve/server.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

const root = temporaryFolder();
let server: PageServer;

beforeAll(async () => {
  mkdirSync(join(root, "page", "assets"), { recursive: true });
  const contents = { "index.html": "<p>page</p>", "assets/a.js": "1", "assets/b.wasm": "\0asm" };
  for (const [name, content] of Object.entries(contents))
    writeFileSync(join(root, "page", name), content);
  writeFileSync(join(root, "secret.txt"), "secret");
  const files = Object.keys(contents).map((name) => [name, join(root, "page", name)] as const);
  const routes = new Map(fileRoutes(new Map(files), "index.html"));
  routes.set("/later.html", fileRoute(join(root, "later.html")));
  const policy = { "Content-Security-Policy": "default-src 'none'" };
  routes.set("/strict.html", fileRoute(join(root, "page", "index.html"), policy));
  routes.set("/broken", () => {
    throw new Error("this went wrong");
  });
  server = await serve(routes, 0);
});

afterAll(() => server.close());

const get = (path: string, init?: RequestInit) => fetch(new URL(path, server.url), init);

/** A request as it is written, which `fetch` would put right. */
const raw = (path: string, headers = {}): Promise<{ status?: number; text: string }> =>
  new Promise((resolve, reject) => {
    const { port } = new URL(server.url);
    request({ host: "127.0.0.1", port, path, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part) => {
        text += part;
      });
      response.on("end", () => resolve({ status: response.statusCode, text }));
    })
      .on("error", reject)
      .end();
  });

test("the page is at the server's address, and files have their media types", async () => {
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  const page = await get("/?seed=3");
  expect([page.status, await page.text()]).toEqual([200, "<p>page</p>"]);
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect((await get("/assets/a.js")).headers.get("content-type")).toMatch(/^text\/javascript/);
  expect((await get("/assets/b.wasm")).headers.get("content-type")).toBe("application/wasm");
});

test("every answer isolates the page, so that it may have threads", async () => {
  for (const path of ["/", "/assets/a.js", "/nothing"]) {
    const { headers } = await get(path);
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(headers.get("cross-origin-embedder-policy")).toBe("require-corp");
    expect(headers.get("content-security-policy")).toContain("connect-src 'self';");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  }
});

test.each([
  "/../secret.txt",
  "/assets/../../secret.txt",
  "/%2e%2e/secret.txt",
  "/..%2fsecret.txt",
  "/assets\\..\\..\\secret.txt",
  "//secret.txt",
  "/assets",
])("no path leads out of the page: %s", async (path) => {
  const { status, text } = await raw(path);
  expect([status, text]).toEqual([404, "there is nothing at this address\n"]);
});

test("a page elsewhere cannot read it under its own name", async () => {
  expect((await raw("/", { Host: "attacker.example" })).status).toBe(403);
  expect((await raw("/", { Host: "localhost:9" })).status).toBe(200);
});

test("it is there to be read only", async () => {
  const post = await get("/", { method: "POST", body: "x" });
  expect([post.status, await post.text()]).toEqual([405, "expected GET or HEAD, got POST\n"]);
  const head = await get("/", { method: "HEAD" });
  expect([head.status, head.headers.get("content-length")]).toEqual([200, "11"]);
});

test("a file that comes later is not there yet, and a failure is told", async () => {
  expect((await get("/later.html")).status).toBe(404);
  writeFileSync(join(root, "later.html"), "done");
  expect(await (await get("/later.html")).text()).toBe("done");
  const broken = await get("/broken");
  expect([broken.status, await broken.text()]).toEqual([500, "this went wrong\n"]);
});

test("a port in use is an error that says what to do", async () => {
  const port = Number(new URL(server.url).port);
  await expect(serve(new Map(), port)).rejects.toThrow(
    `port ${port} is in use: choose another with --port, or any free one with --port 0`,
  );
});

test("a file may have a policy of its own", async () => {
  const { headers } = await get("/strict.html");
  expect(headers.get("content-security-policy")).toBe("default-src 'none'");
  expect(headers.get("content-length")).toBe("11");
});
