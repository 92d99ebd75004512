import LineBreaker from "linebreak";
import { hasRightToLeft, LINE_END } from "./characters.ts";
import { clustersOf } from "./clusters.ts";
import { levelsOf, reordered } from "./direction.ts";
import type { Face } from "./face.ts";
import { piecesOf } from "./repeats.ts";
import { boxRun, directedRuns, type Run, runsOf } from "./runs.ts";

/** A line as it is drawn, from left to right. Widths are in thousandths of the font size. */
export interface Line {
  readonly runs: readonly Run[];
  readonly width: number;
  /** How far it is set in from the left: where a paragraph runs from right to left its lines end at the right. */
  readonly indent?: number;
}

/** The smallest piece that a line is made of: a word, or what stands between two places where a line may end. */
interface Unit {
  readonly runs: readonly Run[];
  readonly width: number;
  /** The spaces behind it, which take no room at the end of a line. */
  readonly space: Run | undefined;
}

const TAB = "    ";
const HYPHENS: ReadonlySet<string> = new Set(["-", "\u00ad", "\u2010"]);
/** Units that are remembered, by their text; longer ones hardly come twice. */
const MOST_REMEMBERED = 20_000;
const LONGEST_REMEMBERED = 40;
/** A longer one is taken character by character: to shape it whole takes time that grows with the square of it. */
const LONGEST_WORD = 400;

/** Sets texts in lines of a width, with the same faces each time. */
export class Setter {
  private readonly faces: readonly Face[];
  private readonly remembered = new Map<string, Unit>();

  constructor(faces: readonly Face[]) {
    this.faces = faces;
  }

  /** The lines of a text; at least one. `width` is in thousandths of the font size. */
  lines(text: string, width: number): Line[] {
    const lines: Line[] = [];
    const line = new LineInProgress(lines, width);
    for (const piece of piecesOf(text.replaceAll("\r\n", "\n"), this.faces)) {
      if (piece.kind === "repeat") this.addUnit(this.repeated(piece.character, piece.count), width, line);
      else this.addText(piece.text, width, line);
    }
    line.end();
    return lines;
  }

  private addText(text: string, width: number, line: LineInProgress): void {
    for (const [index, paragraph] of text.split(LINE_END).entries()) {
      if (index > 0) line.end();
      this.fill(paragraph.replaceAll("\t", TAB), width, line);
    }
  }

  private fill(paragraph: string, width: number, line: LineInProgress): void {
    const directions = levelsOf(paragraph);
    line.isTurned = directions?.base === 1;
    let start = 0;
    for (const text of unitTexts(paragraph)) {
      const levels = directions?.levels.subarray(start, start + text.length);
      start += text.length;
      const unit = text.length > LONGEST_WORD ? undefined : this.unit(text, levels);
      if (unit !== undefined && unit.width <= width) this.addUnit(unit, width, line);
      else {
        if (!line.isEmpty) line.end();
        this.addCut(text, width, line, levels);
      }
    }
  }

  private addUnit(unit: Unit, width: number, line: LineInProgress): void {
    if (line.width + unit.width > width && !line.isEmpty) line.end();
    line.add(unit);
  }

  private repeated(character: string, count: number): Unit {
    const runs = [boxRun(character, this.faces, count)];
    return { runs, width: widthOf(runs), space: undefined };
  }

  /** A word that is wider than a line is cut between two of its characters. */
  private addCut(text: string, width: number, line: LineInProgress, levels?: Uint8Array): void {
    let part = "";
    let partWidth = 0;
    let start = 0;
    const measured = (of: string) => {
      const unit = this.measure(of, levels?.subarray(start, start + of.length));
      start += of.length;
      return unit;
    };
    for (const cluster of clustersOf(text)) {
      const { width: clusterWidth } = this.unit(cluster);
      if (partWidth + clusterWidth > width && part !== "") {
        const rest = HYPHENS.has(part.at(-1)!) && part.length > 1 ? part.slice(-1) : "";
        line.add(measured(part.slice(0, part.length - rest.length)));
        line.end();
        part = rest;
        partWidth = rest === "" ? 0 : this.unit(rest).width;
      }
      part += cluster;
      partWidth += clusterWidth;
    }
    line.add(measured(part));
  }

  private unit(text: string, levels?: Uint8Array): Unit {
    if (text.length > LONGEST_REMEMBERED || levels !== undefined) return this.measure(text, levels);
    const known = this.remembered.get(text);
    if (known !== undefined) return known;
    const unit = this.measure(text);
    if (this.remembered.size >= MOST_REMEMBERED) this.remembered.clear();
    this.remembered.set(text, unit);
    return unit;
  }

  private measure(text: string, levels?: Uint8Array): Unit {
    const word = text.trimEnd();
    const gap = text.slice(word.length);
    if (levels === undefined) {
      const runs = runsOf(word, this.faces);
      return { runs, width: widthOf(runs), space: runsOf(gap, this.faces)[0] };
    }
    const runs = directedRuns(word, levels, this.faces);
    const [space] = runsOf(gap, this.faces);
    const level = levels[word.length] ?? 0;
    return { runs, width: widthOf(runs), space: space === undefined ? undefined : { ...space, level } };
  }
}

/**
 * Where a line may end (UAX #14): a text cut behind each such place, but not behind a hyphen. Who copies two lines, or
 * reads them with a program, could not tell whether it was there before; in an address it matters.
 */
function* unitTexts(paragraph: string): Generator<string> {
  const breaker = new LineBreaker(paragraph);
  let start = 0;
  for (let next = breaker.nextBreak(); next !== null; next = breaker.nextBreak()) {
    const isBehindHyphen = HYPHENS.has(paragraph.charAt(next.position - 1));
    if (isBehindHyphen && next.position < paragraph.length) continue;
    if (next.position > start) yield paragraph.slice(start, next.position);
    start = next.position;
  }
}

function widthOf(runs: readonly Run[]): number {
  return runs.reduce((sum, run) => sum + run.width, 0);
}

/** What runs from right to left stays a word at a time: a font turns no more than it is given. */
function isForward(...runs: readonly Run[]): boolean {
  return runs.every(({ level = 0, ...run }) => {
    return level % 2 === 0 && !(run.kind === "text" && hasRightToLeft(run.text));
  });
}

class LineInProgress {
  private readonly lines: Line[];
  private runs: Run[] = [];
  private space: Run | undefined;
  private readonly fullWidth: number;
  width = 0;
  /** Whether it belongs to a paragraph that runs from right to left. */
  isTurned = false;

  constructor(lines: Line[], fullWidth: number) {
    this.lines = lines;
    this.fullWidth = fullWidth;
  }

  get isEmpty(): boolean {
    return this.runs.length === 0 && this.space === undefined;
  }

  add(unit: Unit): void {
    this.flushSpace();
    this.runs.push(...unit.runs);
    this.width += unit.width + (unit.space?.width ?? 0);
    this.space = unit.space;
  }

  end(): void {
    const width = this.width - (this.space?.width ?? 0);
    const indent = this.isTurned ? { indent: Math.max(0, this.fullWidth - width) } : {};
    this.lines.push({ runs: joined(reordered(this.runs)), width, ...indent });
    this.runs = [];
    this.space = undefined;
    this.width = 0;
  }

  private flushSpace(): void {
    if (this.space !== undefined) this.runs.push(this.space);
    this.space = undefined;
  }
}

/** Neighbours of the same face as one run. */
function joined(runs: readonly Run[]): Run[] {
  const result: Run[] = [];
  for (const run of runs) {
    const last = result.at(-1);
    if (run.kind === "text" && last?.kind === "text" && last.face === run.face && isForward(run, last)) {
      result[result.length - 1] = { ...last, text: last.text + run.text, width: last.width + run.width };
    } else result.push(run);
  }
  return result;
}
