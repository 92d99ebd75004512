import { parseTemplate, type Segment, TemplateError, type VariableSegment } from "./parse.ts";

/** Stands for a variable in the text that the scanners read: harmless in every syntax, and never an escape. */
const STAND_IN = "x";

/**
 * A template's literal text (`$$` already a dollar sign) with one stand-in character for each variable. Indexes
 * are those of `text`; `errorAt` turns them back into places of the template.
 */
export class HoledText {
  readonly template: string;
  readonly segments: readonly Segment[];
  readonly text: string;
  /** Index of each variable's stand-in, ascending, and the variable. */
  readonly holes: ReadonlyMap<number, VariableSegment>;
  private readonly indexes: readonly number[];
  /** Where each segment starts, in `text` and in the template. */
  private readonly starts: { readonly index: number; readonly offset: number }[] = [];

  /** @throws {TemplateError} See `parseTemplate`. */
  constructor(template: string) {
    this.template = template;
    this.segments = parseTemplate(template);
    const holes = new Map<number, VariableSegment>();
    const parts: string[] = [];
    let index = 0;
    for (const segment of this.segments) {
      const part = segment.kind === "text" ? segment.text : STAND_IN;
      this.starts.push({ index, offset: segment.offset });
      if (segment.kind === "variable") holes.set(index, segment);
      parts.push(part);
      index += part.length;
    }
    this.text = parts.join("");
    this.holes = holes;
    this.indexes = [...holes.keys()];
  }

  /** Index of the first variable from `start` to before `end`; undefined where there is none. */
  holeIn(start: number, end: number): number | undefined {
    const first = this.indexes[lowerBound(this.indexes, start, (index) => index)];
    return first !== undefined && first < end ? first : undefined;
  }

  /** A fault at an index of `text`. */
  errorAt(problem: string, index: number): TemplateError {
    const after = lowerBound(this.starts, index + 1, (start) => start.index);
    const segment = this.segments[after - 1];
    const start = this.starts[after - 1];
    if (segment === undefined || start === undefined) return new TemplateError(problem, this.template, 0);
    // A variable is longer in the template than its stand-in; what comes behind it starts at its end.
    const within = index - start.index;
    const offset = segment.kind === "variable" && within > 0 ? segment.end : start.offset + within;
    return new TemplateError(problem, this.template, Math.min(offset, this.template.length));
  }
}

function lowerBound<T>(items: readonly T[], wanted: number, keyOf: (item: T) => number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keyOf(items[middle]!) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
