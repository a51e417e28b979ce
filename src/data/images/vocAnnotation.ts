import { childNamed, parseXml, type XmlElement } from "../../formats/xml.ts";
import type { CropBox } from "./listing.ts";

export interface AnnotatedObject {
  className: string;
  /** Marked as hard to recognise; the challenge leaves these out too. */
  difficult: boolean;
  box: CropBox;
}

/**
 * The objects of a VOC annotation. Its boxes count pixels from 1 and include their last ones;
 * fractions, which some have, are rounded.
 *
 * @throws Error when the text is no annotation, or an object has no name or no box.
 */
export function annotatedObjects(xml: string): AnnotatedObject[] {
  const root = parseXml(xml);
  if (root.name !== "annotation") {
    throw new Error(`Expected the element annotation, got ${root.name}.`);
  }
  return root.children
    .filter(({ name }) => name === "object")
    .map((object) => ({
      className: textOf(object, "name"),
      difficult: childNamed(object, "difficult")?.text === "1",
      box: boxOf(object),
    }));
}

function boxOf(object: XmlElement): CropBox {
  const box = childNamed(object, "bndbox");
  if (!box) throw new Error("An object has no bndbox.");
  const [left, top, right, bottom] = ["xmin", "ymin", "xmax", "ymax"].map((side) =>
    Math.round(Number(textOf(box, side))),
  ) as [number, number, number, number];
  if (!(left >= 1 && top >= 1 && right >= left && bottom >= top && right + bottom < Infinity)) {
    throw new Error(
      `An object's bndbox must have 1 <= xmin <= xmax and 1 <= ymin <= ymax, got x ${left}..${right}, y ${top}..${bottom}.`,
    );
  }
  return { left: left - 1, top: top - 1, width: right - left + 1, height: bottom - top + 1 };
}

function textOf(element: XmlElement, name: string): string {
  const child = childNamed(element, name);
  if (!child || child.text === "") throw new Error(`An ${element.name} element has no ${name}.`);
  return child.text;
}
