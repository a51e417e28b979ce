import { describe, expect, test } from "vitest";
import { encodePng } from "../../src/formats/png.ts";
import { createCanvas } from "../../src/io/canvas.ts";
import { type ReportData, renderReport } from "../../src/io/report.ts";

const png = await encodePng(createCanvas(40, 30, 1, 128));

const DATA: ReportData = {
  title: 'mnist <random> & "friends"',
  command: "onnx-distill run mnist-random --out 'a<b>'",
  recipe: { name: "mnist-random", note: "</pre><script>alert(1)</script>" },
  rows: [{ label: "Network <x>", value: "lenet & co" }],
  distilledPng: png,
  events: Array.from({ length: 60 }, (_, i) => ({
    iteration: i + 1,
    seconds: i * 2,
    loss: 30 / (i + 1),
    learningRates: [0.02, 0.01 + i / 1e4],
    ...(i % 20 === 19 ? { accuracy: { mean: 0.9 + i / 1e3, std: 0.004, n: 50 } } : {}),
  })),
  baseline: { name: "random real <images>", mean: 0.685, std: 0.02, n: 50 },
  before: { mean: 0.1, std: 0.02, n: 50 },
  versions: { node: "20.19.0" },
};

describe("renderReport", () => {
  const html = renderReport(DATA);

  test("is self-contained: no script, no outside resource", () => {
    expect(html).not.toMatch(/<script|<link|https?:\/\/|url\(|@import/);
    expect([...html.matchAll(/\ssrc="(.{15})/g)].map((match) => match[1])).toEqual([
      "data:image/png;",
    ]);
  });

  test("escapes every text", () => {
    expect(html).toContain("<title>mnist &lt;random&gt; &amp; &quot;friends&quot;</title>");
    expect(html).toContain("&#39;a&lt;b&gt;&#39;");
    expect(html).toContain("&lt;/pre&gt;&lt;script&gt;");
    expect(html).toContain("Network &lt;x&gt;");
    expect(html).toContain("lenet &amp; co");
    expect(html).not.toContain("random real <images>");
  });

  test("shows the last accuracy, that before and the baseline in per cent", () => {
    expect(html).toContain("<strong>95.9</strong> ± 0.4 % (n = 50)");
    expect(html).toContain("<strong>10.0</strong> ± 2.0 % (n = 50)");
    expect(html).toContain("<strong>68.5</strong> ± 2.0 % (n = 50)");
  });

  test("prefers the final accuracy it is given", () => {
    const given = renderReport({ ...DATA, accuracy: { mean: 0.5, std: 0.1, n: 200 } });
    expect(given).toContain("<strong>50.0</strong> ± 10.0 % (n = 200)");
  });

  test("draws loss, accuracy and learning rates, a wide loss on a log scale", () => {
    const titles = [...html.matchAll(/<title id="[^"]*">([^<]*)/g)].map((match) => match[1]);
    expect(titles).toEqual(["Outer loss", "Accuracy", "Learning rates"]);
    expect(html).toContain("nats), log scale");
    expect(html).toContain("running mean");
    expect(html).toContain("inner step 2");
  });

  test("lists the evaluations as a table for those who do not see the chart", () => {
    expect(html).toContain(
      "<td>60</td><td>1 min 58 s</td><td>0.5</td><td>95.9 ± 0.4 % (n = 50)</td>",
    );
  });

  test("states the size of its images and shows only those it is given", () => {
    expect(html).toContain('width="40" height="30"');
    expect(html).not.toContain("How they formed");
    const all = renderReport({ ...DATA, initialPng: png, stripPng: png });
    expect(all.match(/<img /g)).toHaveLength(3);
    expect(all).toContain("How they formed");
  });

  test("says what the images are good for outside their recipe, where that was measured", () => {
    expect(html).not.toContain("Outside the recipe");
    const accuracy = { mean: 0.31, std: 0.02, n: 5 };
    const result = { accuracy, learningRate: 0.03, epochs: 10 };
    const transfer = [
      { name: "Adam <b>", ...result, randomReal: { accuracy: { ...accuracy, mean: 0.4 } } },
    ];
    expect(renderReport({ ...DATA, transfer })).toContain(
      '<th scope="row">Adam &lt;b&gt;</th><td>31.0 ± 2.0 % (n = 5)<br><span class="soft">rate 0.03, 10 epochs</span></td><td>40.0 ± 2.0 % (n = 5)</td>',
    );
  });

  test("does without accuracies, rates or any event", () => {
    const bare = { ...DATA, baseline: undefined, before: undefined };
    const lossOnly = renderReport({ ...bare, events: [{ iteration: 1, seconds: 0, loss: 2.3 }] });
    expect(lossOnly.match(/<svg/g)).toHaveLength(1);
    expect(lossOnly).not.toContain('class="tiles"');
    expect(renderReport({ ...bare, events: [] })).not.toContain("<svg");
  });

  test("uses themes and reads on a phone", () => {
    expect(html).toContain("prefers-color-scheme: dark");
    expect(html).toContain('name="viewport"');
    expect(html).toContain("max-width: 40rem");
  });

  test("rejects bytes that are no PNG", () => {
    expect(() => renderReport({ ...DATA, distilledPng: new Uint8Array(3) })).toThrow("a PNG file");
  });
});
