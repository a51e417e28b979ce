/** The part of XML that annotations use: nested elements and text. */

export interface XmlElement {
  name: string;
  /** Elements directly inside, in order. */
  children: XmlElement[];
  /** Text directly inside, without the blanks around it. */
  text: string;
}

const MARKUP =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<(\/?)([A-Za-z_][\w.-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
const entities: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'",
};
const MAX_CODE_POINT = 0x10ffff;

/**
 * Reads an XML document to its outermost element. Attributes, comments and processing instructions
 * are checked and dropped.
 *
 * @throws Error that names the line where a document is not well-formed, or uses what is not
 *   supported: document types, CDATA sections and namespaces.
 */
export function parseXml(document: string): XmlElement {
  const outside: XmlElement = { name: "", children: [], text: "" };
  const open = [outside];
  for (let at = document.charCodeAt(0) === 0xfeff ? 1 : 0; at < document.length; ) {
    const fail = (what: string): never => {
      const line = document.slice(0, at).split("\n").length;
      throw new Error(`XML line ${line}: ${what}.`);
    };
    const inner = open.at(-1)!;
    if (document[at] !== "<") {
      const next = document.indexOf("<", at);
      const end = next < 0 ? document.length : next;
      inner.text += unescapeText(document.slice(at, end), fail);
      at = end;
      continue;
    }
    MARKUP.lastIndex = at;
    const match = MARKUP.exec(document);
    if (!match)
      return fail(`expected an element, got ${JSON.stringify(document.slice(at, at + 20))}`);
    const [whole, closing, name, attributes, empty] = match;
    if (name !== undefined && closing) {
      if (attributes || empty) fail(`the end of ${name} has more than its name`);
      if (open.length === 1 || inner.name !== name)
        fail(`</${name}> ends nothing; open is ${inner.name || "nothing"}`);
      inner.text = inner.text.trim();
      open.pop();
    } else if (name !== undefined) {
      const element: XmlElement = { name, children: [], text: "" };
      inner.children.push(element);
      if (!empty) open.push(element);
    }
    at += whole.length;
  }
  if (open.length > 1) throw new Error(`XML is cut off: ${open.at(-1)!.name} does not end.`);
  const [root, ...more] = outside.children;
  if (!root || more.length > 0 || outside.text.trim() !== "") {
    throw new Error("XML needs one outermost element and no text around it.");
  }
  return root;
}

/** The first element of that name directly inside another. */
export const childNamed = (element: XmlElement, name: string): XmlElement | undefined =>
  element.children.find((child) => child.name === name);

function unescapeText(text: string, fail: (what: string) => never): string {
  return text.replace(/&([^;\s]*);?/g, (reference, name: string) => {
    const code = /^#(?:x([\da-f]+)|(\d+))$/i.exec(name);
    const point = code ? Number.parseInt(code[1] ?? code[2]!, code[1] ? 16 : 10) : undefined;
    if (point !== undefined && point <= MAX_CODE_POINT) return String.fromCodePoint(point);
    if (reference.endsWith(";") && Object.hasOwn(entities, name)) return entities[name]!;
    return fail(`unknown reference ${reference}`);
  });
}
