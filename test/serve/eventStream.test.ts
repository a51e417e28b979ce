import { afterEach, expect, test } from "vitest";
import { eventStream, type Source } from "../../src/serve/eventStream.ts";
import { type PageServer, serve } from "../../src/serve/server.ts";

let server: PageServer;
afterEach(() => server.close());

/** Reads the stream until it has sent so many messages. */
async function messages(source: Source, count: number): Promise<unknown[]> {
  server = await serve(new Map([["/news", eventStream(() => source)]]), 0);
  const response = await fetch(`${server.url}news`);
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (text.split("\n\n").length <= count) text += (await reader.read()).value;
  await reader.cancel();
  return text
    .split("\n\n")
    .slice(0, count)
    .map((line) => JSON.parse(line.replace(/^data: /, "")));
}

test("news are sent one by one, as JSON", async () => {
  async function* changes() {
    yield { type: "a", n: 1 };
    yield { type: "b" };
  }
  expect(await messages({ changes }, 2)).toEqual([{ type: "a", n: 1 }, { type: "b" }]);
});

test("a failure is told once, and the source asked again", async () => {
  let calls = 0;
  async function* changes() {
    yield { type: "news", call: ++calls };
    if (calls <= 2) throw new Error("gone");
  }
  expect(await messages({ changes }, 4)).toEqual([
    { type: "news", call: 1 },
    { type: "error", message: "gone" },
    { type: "news", call: 2 },
    { type: "news", call: 3 },
  ]);
});
