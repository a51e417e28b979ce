import { expect, test } from "vitest";
import { childNamed, parseXml } from "../../src/formats/xml.ts";
import { expectCleanErrors } from "./mutations.ts";

const document = `<?xml version="1.0" encoding="utf-8"?>
<!-- made <by> hand -->
<annotation verified="yes">
  <folder/>
  <object><name> a &lt;b&gt; &amp; &#65;&#x42; &quot;&apos; </name><part><name>head</name></part></object>
  <object id='2' ></object>
</annotation>
`;

test("elements, text and references are read", () => {
  const root = parseXml(document);
  expect([root.name, root.text]).toEqual(["annotation", ""]);
  expect(root.children.map(({ name }) => name)).toEqual(["folder", "object", "object"]);
  const [, object] = root.children;
  expect(childNamed(object!, "name")?.text).toBe(`a <b> & AB "'`);
  expect(object!.children[1]).toEqual({
    name: "part",
    text: "",
    children: [{ name: "name", text: "head", children: [] }],
  });
  expect(childNamed(object!, "box")).toBeUndefined();
});

test.each([
  ["<a>\n<b></a>", "XML line 2: </a> ends nothing; open is b"],
  ["</a>", "XML line 1: </a> ends nothing; open is nothing"],
  ["<a><b></b>", "XML is cut off: a does not end"],
  ["<a>\n\n<b", 'XML line 3: expected an element, got "<b"'],
  ["<a x=1></a>", 'expected an element, got "<a x=1></a>"'],
  ["<!DOCTYPE a><a/>", 'expected an element, got "<!DOCTYPE a><a/>"'],
  ["<a></a x='1'>", "the end of a has more than its name"],
  ["<a>&nbsp;</a>", "unknown reference &nbsp;"],
  ["<a>&lt</a>", "unknown reference &lt"],
  ["<a/><b/>", "one outermost element"],
  ["text", "one outermost element"],
  ["", "one outermost element"],
])("%j is refused", (wrong, message) => {
  expect(() => parseXml(wrong)).toThrow(message);
});

test("cut-off and changed documents give clean errors", async () => {
  const bytes = new TextEncoder().encode(document);
  await expectCleanErrors(bytes, (changed) => parseXml(new TextDecoder().decode(changed)));
});
