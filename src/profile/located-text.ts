/** A stretch of a file: UTF-16 indexes, the end exclusive. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** A text that a file holds, and where each of its characters stands there. */
export class LocatedText {
  readonly text: string;
  readonly place: Stretch;
  private readonly file: string;
  private readonly kind: string | undefined;

  /**
   * @param place  Of the value in the file, quotes or the head of a block included.
   * @param kind   How YAML spells it: `PLAIN`, `QUOTE_SINGLE`, `QUOTE_DOUBLE`, `BLOCK_LITERAL`, `BLOCK_FOLDED`.
   */
  constructor(text: string, file: string, place: Stretch, kind?: string) {
    this.text = text;
    this.file = file;
    this.place = place;
    this.kind = kind;
  }

  /**
   * Where a stretch of the text stands in the file. Where escapes or folding make that unclear, the whole value.
   *
   * @param from  UTF-16 index in the text; one beyond its end is the end.
   */
  placeOf(from: number, length = 1): Stretch {
    const start = this.kind === "BLOCK_LITERAL" ? this.inBlock(from) : this.inLine(from);
    if (start === undefined) return this.place;
    return { start, end: Math.min(start + length, Math.max(this.place.end, start + 1)) };
  }

  /** Plain and quoted texts on one line without escapes are the text itself. */
  private inLine(from: number): number | undefined {
    const { start, end } = this.place;
    const quotes = this.kind === "PLAIN" ? 0 : 1;
    if (this.file.slice(start + quotes, end - quotes) !== this.text) return undefined;
    return start + quotes + Math.min(from, this.text.length);
  }

  /** A block keeps its lines, each with the block's indentation before it. */
  private inBlock(from: number): number | undefined {
    const head = this.file.indexOf("\n", this.place.start);
    const lines = this.text.split("\n");
    const fileLines = this.file.slice(head + 1, this.place.end).split("\n");
    const first = lines.findIndex((line) => line.trim() !== "");
    const indent = first < 0 ? -1 : (fileLines[first] ?? "").indexOf(lines[first]!);
    if (head < 0 || indent < 0) return undefined;
    let offset = head + 1;
    let left = from;
    for (const [index, line] of lines.entries()) {
      const fileLine = fileLines[index] ?? "";
      if (left <= line.length) return offset + Math.min(indent, fileLine.length) + left;
      left -= line.length + 1;
      offset += fileLine.length + 1;
    }
    return undefined;
  }
}
