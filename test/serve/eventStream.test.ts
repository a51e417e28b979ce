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
  const source = { changes: async () => [{ type: "a", n: 1 }, { type: "b" }] };
  expect(await messages(source, 2)).toEqual([{ type: "a", n: 1 }, { type: "b" }]);
});

test("a failure is told once, and the source asked again", async () => {
  let calls = 0;
  const changes = async () => {
    if (++calls <= 2) throw new Error("gone");
    return [{ type: "back" }];
  };
  expect(await messages({ changes }, 2)).toEqual([
    { type: "error", message: "gone" },
    { type: "back" },
  ]);
});
