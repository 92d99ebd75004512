import type PDFDocument from "pdfkit";
import type { ReportFonts } from "./fonts.ts";
import { COLORS, type Placed, points, type Weight } from "./page-layout.ts";
import { BOX_PADDING, BOX_TEXT_SCALE, type Run } from "./runs.ts";

type Document = InstanceType<typeof PDFDocument>;

/** What of a document's font is needed to write with it: pdfkit's own `text` uses it in the same way. */
interface DocumentFont {
  readonly id: string;
  /** Glyphs as four hexadecimal digits each, and their positions in thousandths of the font size. */
  encode(text: string): [readonly string[], readonly Position[]];
  ref(): unknown;
}

interface Position {
  readonly xAdvance: number;
  readonly xOffset: number;
  readonly yOffset: number;
  readonly advanceWidth: number;
}

interface Internals {
  readonly _font: DocumentFont;
  readonly page: { readonly fonts: Record<string, unknown> };
  addContent(operators: string): void;
}

/** Where the baseline lies in a line's box, in parts of the font size below the middle. */
const BASELINE_SHIFT = 0.36;
const SKIN_TONE = /\p{Emoji_Modifier}/u;

/**
 * Writes set lines into a document's current page. pdfkit's `text` would do, but it sets every stretch of text in a state
 * of graphics of its own: ten times as many bytes, and a replacement text (`ActualText`) around it is then looked for in
 * the wrong place by poppler.
 */
export class TextWriter {
  private readonly doc: Document;
  private readonly faces: Readonly<Record<Weight, readonly string[]>>;
  private readonly fonts = new Map<string, DocumentFont>();

  constructor(doc: Document, fonts: ReportFonts) {
    this.doc = doc;
    this.faces = register(doc, fonts);
  }

  line({ x, y, line, style }: Placed): void {
    const baseline = y + style.leading / 2 + style.size * BASELINE_SHIFT;
    const operators: string[] = [];
    let at = x + points(line.indent ?? 0, style);
    for (const run of line.runs) {
      if (run.kind === "text") {
        operators.push(`${colour(style.color)} rg`);
        // A font may draw an emoji alike in all skin tones, and a glyph can stand for one text only.
        const isToned = SKIN_TONE.test(run.text);
        if (isToned) operators.push(actualText(run.text));
        this.text(run.text, this.faces[style.weight][run.face]!, style.size, at, baseline, operators);
        if (isToned) operators.push("EMC");
      } else this.box(run, style, at, baseline, operators);
      at += points(run.width, style);
    }
    if (operators.length > 0) (this.doc as unknown as Internals).addContent(operators.join("\n"));
  }

  /** The name of a character in a frame. Whoever copies the text gets the character itself, if it is harmless. */
  private box(
    run: Extract<Run, { kind: "box" }>,
    style: Placed["style"],
    x: number,
    baseline: number,
    operators: string[],
  ): void {
    const { size } = style;
    const margin = points(BOX_PADDING / 3, style);
    const width = points(run.width, style) - 2 * margin;
    const corner = `${decimal(x + margin)} ${decimal(baseline - size * 0.62)}`;
    const quiet = colour(COLORS.quiet);
    operators.push(`0.5 w ${quiet} RG ${corner} ${decimal(width)} ${decimal(size * 0.76)} re S`);
    operators.push(actualText(run.copied), `${quiet} rg`);
    const textX = x + points(BOX_PADDING, style);
    const face = this.faces.regular[0]!;
    this.text(run.name, face, size * BOX_TEXT_SCALE, textX, baseline - size * 0.06, operators);
    operators.push("EMC");
  }

  private text(
    text: string,
    face: string,
    size: number,
    x: number,
    baseline: number,
    operators: string[],
  ): void {
    const { page } = this.doc as unknown as Internals;
    const font = this.fontOf(face);
    page.fonts[font.id] ??= font.ref();
    const [glyphs, positions] = font.encode(text);
    operators.push("BT", `/${font.id} ${decimal(size)} Tf`);
    // pdfkit's page runs downwards, letters do not: the text matrix turns them over.
    const moveTo = (dx: number, dy: number) => `1 0 0 -1 ${decimal(x + dx)} ${decimal(baseline - dy)} Tm`;
    let shown: string[] = [];
    let pending = "";
    const flush = () => {
      if (pending !== "") shown.push(`<${pending}>`);
      if (shown.length > 0) operators.push(`[${shown.join("")}] TJ`);
      shown = [];
      pending = "";
    };
    let advance = 0;
    let isMoved = true;
    for (const [index, glyph] of glyphs.entries()) {
      const { xAdvance, xOffset, yOffset, advanceWidth } = positions[index]!;
      const isOff = xOffset !== 0 || yOffset !== 0;
      if (isOff || isMoved) {
        flush();
        operators.push(moveTo(((advance + xOffset) * size) / 1000, (yOffset * size) / 1000));
      }
      isMoved = isOff;
      pending += glyph;
      const kern = xAdvance - advanceWidth;
      if (kern !== 0 && !isOff) {
        shown.push(`<${pending}>`, decimal(-kern));
        pending = "";
      }
      advance += xAdvance;
    }
    flush();
    operators.push("ET");
  }

  private fontOf(face: string): DocumentFont {
    let font = this.fonts.get(face);
    if (font === undefined) {
      this.doc.font(face);
      font = (this.doc as unknown as Internals)._font;
      this.fonts.set(face, font);
    }
    return font;
  }
}

/** A number for a content stream: without an exponent, and no finer than anybody sees. */
function decimal(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

/** `#rrggbb` as the three numbers of an operator. */
function colour(hex: string): string {
  return [1, 3, 5].map((at) => decimal(Number.parseInt(hex.slice(at, at + 2), 16) / 255)).join(" ");
}

/** Begins a stretch that is copied as this text; `EMC` ends it. */
function actualText(text: string): string {
  return `/Span <</ActualText <${utf16Hex(text)}>>> BDC`;
}

/** A text string as PDF has it: UTF-16 with its mark, in hexadecimal digits. */
function utf16Hex(text: string): string {
  return `feff${Buffer.from(text, "utf16le").swap16().toString("hex")}`;
}

/** Names of the faces in the document, in the same order. */
function register(doc: Document, fonts: ReportFonts): Readonly<Record<Weight, readonly string[]>> {
  const names = new Map<object, string>();
  const nameOf = (face: ReportFonts["regular"][number]) => {
    const known = names.get(face);
    if (known !== undefined) return known;
    const name = `face-${names.size}`;
    names.set(face, name);
    doc.registerFont(name, face.forDocument() as unknown as PDFKit.Mixins.PDFFontSource);
    return name;
  };
  return { regular: fonts.regular.map(nameOf), bold: fonts.bold.map(nameOf) };
}
