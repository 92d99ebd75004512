import { create, type Font, type Glyph } from "fontkit";
import { isSimple } from "./characters.ts";

/** A font file that cannot be used; the message says why, in one clause. */
export class FontProblem extends Error {}

/** Widths are in thousandths of the font size, as PDF has them. */
const UNITS = 1000;
/** So many characters of a font are tried to see whether it is whole. */
const SAMPLE = 50;
const MOST_REMEMBERED = 10_000;
const LONGEST_REMEMBERED = 40;

/** A glyph as it is placed: what pdfkit reads of one. */
interface PlacedGlyph {
  readonly id: number;
  readonly advanceWidth: number;
  readonly codePoints: readonly number[];
}

interface Position {
  xAdvance: number;
  yAdvance: number;
  xOffset: number;
  yOffset: number;
}

interface Run {
  readonly glyphs: readonly PlacedGlyph[];
  readonly positions: readonly Position[];
  readonly advanceWidth: number;
}

/** Substitutions of more than one glyph play no part between two simple characters: only kerning is asked for. */
const KERNING_ONLY: Readonly<Record<string, boolean>> = {
  ...{ ccmp: false, locl: false, rlig: false, mark: false, mkmk: false, calt: false },
  ...{ clig: false, liga: false, rclt: false, curs: false },
};

/**
 * One font, shared by all reports of a process. Simple text is put together from single glyphs and remembered pairs,
 * forty times as fast as running all of a font's rules over each word; other text goes through the rules.
 *
 * What it gives does not depend on what was asked before, so a report's bytes do not depend on the reports before it.
 */
export class Face {
  readonly font: Font;
  private readonly simpleGlyphs = new Map<number, PlacedGlyph>();
  private readonly kerning = new Map<number, number>();
  private readonly coverage = new Map<number, boolean>();
  private readonly shaped = new Map<string, Run>();

  /** @throws {FontProblem} If the bytes are no TrueType or OpenType font with outlines. */
  constructor(bytes: Uint8Array) {
    this.font = fontFrom(bytes);
  }

  /**
   * Reads what a report needs of the font; fontkit itself reads a table when it is first asked for.
   *
   * @throws {FontProblem} If something of it is missing or damaged.
   */
  check(): void {
    const { font } = this;
    try {
      const sample = font.characterSet.slice(0, SAMPLE);
      for (const codePoint of sample) font.glyphForCodePoint(codePoint).path.toSVG();
      font.layout(String.fromCodePoint(...sample));
      if (sample.length > 0 && typeof font.postscriptName === "string" && Number.isFinite(font.ascent))
        return;
    } catch (error) {
      throw new FontProblem("it is damaged", { cause: error });
    }
    throw new FontProblem("it has no letters, or no name");
  }

  /** Whether the font has a glyph of its own for a character. */
  has(codePoint: number): boolean {
    let known = this.coverage.get(codePoint);
    if (known === undefined) {
      known = this.font.hasGlyphForCodePoint(codePoint);
      this.coverage.set(codePoint, known);
    }
    return known;
  }

  /** In thousandths of the font size. */
  widthOf(text: string): number {
    return (this.layout(text).advanceWidth * UNITS) / this.font.unitsPerEm;
  }

  /** The text's glyphs, in font units, from left to right. Every character must be one that the font has. */
  layout(text: string): Run {
    return isSimple(text) ? this.simpleRun(text) : this.shapedRun(text);
  }

  /**
   * The font for `pdfkit`, which asks it for its tables and for the layout of text. A fresh one for each document: what
   * pdfkit remembers of it is then of that document only.
   */
  forDocument(): Font {
    return Object.create(this.font, { layout: { value: (text: string) => this.layout(text) } }) as Font;
  }

  private simpleRun(text: string): Run {
    const glyphs: PlacedGlyph[] = [];
    const positions: Position[] = [];
    let advanceWidth = 0;
    for (const character of text) {
      const codePoint = character.codePointAt(0)!;
      const glyph = this.simpleGlyph(codePoint);
      const before = glyphs.at(-1);
      if (before !== undefined) {
        const kern = this.kernBetween(before, glyph);
        positions.at(-1)!.xAdvance += kern;
        advanceWidth += kern;
      }
      glyphs.push(glyph);
      positions.push({ xAdvance: glyph.advanceWidth, yAdvance: 0, xOffset: 0, yOffset: 0 });
      advanceWidth += glyph.advanceWidth;
    }
    return { glyphs, positions, advanceWidth };
  }

  private simpleGlyph(codePoint: number): PlacedGlyph {
    let glyph = this.simpleGlyphs.get(codePoint);
    if (glyph === undefined) {
      const { id, advanceWidth } = this.font.glyphForCodePoint(codePoint);
      glyph = { id, advanceWidth, codePoints: [codePoint] };
      this.simpleGlyphs.set(codePoint, glyph);
    }
    return glyph;
  }

  private kernBetween(left: PlacedGlyph, right: PlacedGlyph): number {
    const key = left.id * 0x10000 + right.id;
    let kern = this.kerning.get(key);
    if (kern === undefined) {
      const pair = String.fromCodePoint(left.codePoints[0]!, right.codePoints[0]!);
      const { glyphs, positions } = this.font.layout(pair, KERNING_ONLY);
      kern = glyphs.length === 2 ? positions[0]!.xAdvance - left.advanceWidth : 0;
      this.kerning.set(key, kern);
    }
    return kern;
  }

  /** Each word is measured, and then drawn: it is shaped once. */
  private shapedRun(text: string): Run {
    if (text.length > LONGEST_REMEMBERED) return this.shape(text);
    let run = this.shaped.get(text);
    if (run === undefined) {
      run = this.shape(text);
      if (this.shaped.size >= MOST_REMEMBERED) this.shaped.clear();
      this.shaped.set(text, run);
    }
    // pdfkit changes the positions that it is given.
    return { ...run, positions: run.positions.map((position) => ({ ...position })) };
  }

  private shape(text: string): Run {
    // fontkit's glyphs remember the characters that they were first asked for, in whatever text that was.
    (this.font as unknown as { _glyphs: Record<number, Glyph> })._glyphs = {};
    const run = this.font.layout(text);
    const glyphs = run.glyphs.map(({ id, advanceWidth, codePoints }) => ({ id, advanceWidth, codePoints }));
    const positions = run.positions.map(({ xAdvance, yAdvance, xOffset, yOffset }) => ({
      ...{ xAdvance, yAdvance, xOffset, yOffset },
    }));
    return { glyphs, positions, advanceWidth: run.advanceWidth };
  }
}

function fontFrom(bytes: Uint8Array): Font {
  let font: ReturnType<typeof create>;
  try {
    font = create(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    throw new FontProblem("it is no TrueType or OpenType font", { cause: error });
  }
  const first = "fonts" in font ? font.fonts[0] : font;
  if (first === undefined || first.type !== "TTF") {
    throw new FontProblem("it is a web font; a TrueType or OpenType file is needed");
  }
  const tables = (first as unknown as { directory: { tables: Record<string, unknown> } }).directory.tables;
  if (tables.glyf === undefined && tables["CFF "] === undefined) {
    throw new FontProblem("it has no outlines, only pictures, which a PDF font cannot hold");
  }
  return first;
}
