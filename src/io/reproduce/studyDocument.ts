/** A study's report before it is Markdown or HTML. */

export interface StudyTable {
  readonly caption?: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface StudyPicture {
  readonly name: string;
  readonly caption: string;
  /** Path from the report. */
  readonly file: string;
  readonly png: Uint8Array;
}

export interface StudySection {
  readonly title: string;
  readonly paragraphs: readonly string[];
  readonly tables: readonly StudyTable[];
  readonly pictures: readonly StudyPicture[];
  /** Inline SVG. */
  readonly charts: readonly { readonly title: string; readonly svg: string }[];
  readonly commands: readonly string[];
}

export interface StudyDocument {
  readonly title: string;
  readonly paragraphs: readonly string[];
  readonly overview?: StudyTable;
  readonly notRun: readonly { readonly title: string; readonly reason: string }[];
  readonly unfinished: readonly string[];
  readonly sections: readonly StudySection[];
  /** The study's own command. */
  readonly command: string;
}
