import { breather } from "./breathe.ts";
import type { Entry, MessageEntry, ReportContent } from "./content.ts";
import type { ReportFonts } from "./fonts.ts";
import { type Line, Setter } from "./paragraph.ts";

/** A4, in points; y grows downwards from the top edge. */
export const PAGE = { width: 595.28, height: 841.89, left: 56, right: 56, top: 72, bottom: 66 } as const;
const TEXT_WIDTH = PAGE.width - PAGE.left - PAGE.right;
const BOTTOM = PAGE.height - PAGE.bottom;

export const COLORS = {
  text: "#1c1f23",
  quiet: "#62686f",
  rule: "#d5d8dc",
  visitor: "#2563a8",
  agent: "#2f7d4f",
  bot: "#8a6d1f",
  system: "#9aa0a6",
} as const;

export type Weight = "regular" | "bold";

interface Style {
  readonly weight: Weight;
  readonly size: number;
  readonly leading: number;
  readonly color: string;
}

const STYLES = {
  title: { weight: "bold", size: 18, leading: 24, color: COLORS.text },
  label: { weight: "regular", size: 9.5, leading: 14.5, color: COLORS.quiet },
  fact: { weight: "regular", size: 9.5, leading: 14.5, color: COLORS.text },
  day: { weight: "bold", size: 10, leading: 14, color: COLORS.quiet },
  name: { weight: "bold", size: 10, leading: 14.5, color: COLORS.text },
  aside: { weight: "regular", size: 8.5, leading: 14.5, color: COLORS.quiet },
  text: { weight: "regular", size: 10, leading: 14.5, color: COLORS.text },
  system: { weight: "regular", size: 8.5, leading: 12.5, color: COLORS.quiet },
} as const satisfies Record<string, Style>;

/** One line of one style, where it is drawn. `y` is the top of its box. */
export interface Placed {
  readonly page: number;
  readonly x: number;
  readonly y: number;
  readonly line: Line;
  readonly style: Style;
}

/** What a reader of the document's structure gets as one thing: a heading, a row, a paragraph. */
export interface Element {
  readonly tag: "H1" | "H2" | "P" | "TH" | "TD";
  readonly placed: readonly Placed[];
}

export interface Bar {
  readonly page: number;
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
  readonly width: number;
  readonly color: string;
}

export interface PageLayout {
  readonly pages: number;
  /** These three stand one below the other; `rows` are a label and its value each. */
  readonly title: Element;
  readonly rows: readonly (readonly Element[])[];
  readonly body: readonly Element[];
  /** Page after page. */
  readonly bars: readonly Bar[];
  /** Headings again, where a message goes on behind a page's end; page after page. */
  readonly repeats: readonly Placed[];
  /** Sets one line of running text in the width of the page, cut where it is too long. */
  readonly runningLine: (text: string) => Placed;
}

const LABEL_WIDTH = 92;
const INDENT = 12;
const BAR_WIDTH = 2.5;
const ENTRY_GAP = 9;
const ASIDE_GAP = 6;
/** A message's heading stays together with this many lines of its text. */
const LINES_WITH_HEADING = 2;

/** Sets a report in pages. Time and memory grow with the length of its text, and no faster. */
export async function layOut(content: ReportContent, fonts: ReportFonts): Promise<PageLayout> {
  const pages = new Pages(fonts);
  const breathe = breather();
  const title = pages.block("H1", content.title, STYLES.title);
  pages.gap(8);
  const rows = content.facts.map(({ label, value }) => pages.fact(label, value));
  pages.gap(8);
  pages.rule();
  for (const entry of content.entries) {
    await breathe();
    pages.entry(entry);
  }
  return {
    pages: pages.page + 1,
    title,
    rows,
    body: pages.elements,
    bars: pages.bars,
    repeats: pages.repeats,
    runningLine: (text) => pages.placedAt(text, STYLES.aside, 0, 0, TEXT_WIDTH),
  };
}

class Pages {
  readonly elements: Element[] = [];
  readonly bars: Bar[] = [];
  readonly repeats: Placed[] = [];
  page = 0;
  private y: number = PAGE.top;
  private readonly setters: Readonly<Record<Weight, Setter>>;

  constructor(fonts: ReportFonts) {
    this.setters = { regular: new Setter(fonts.regular), bold: new Setter(fonts.bold) };
  }

  gap(height: number): void {
    this.y += height;
  }

  rule(): void {
    const { page, y } = this;
    this.bars.push({ page, x: PAGE.left, top: y, bottom: y + 0.75, width: TEXT_WIDTH, color: COLORS.rule });
    this.gap(6);
  }

  /** A paragraph of its own, over as many pages as it takes. */
  block(tag: Element["tag"], text: string, style: Style): Element {
    return { tag, placed: this.lines(this.set(text, style, TEXT_WIDTH), style, PAGE.left) };
  }

  /** A label, and its value beside it. */
  fact(label: string, value: string): Element[] {
    const lines = this.set(value, STYLES.fact, TEXT_WIDTH - LABEL_WIDTH);
    this.need(STYLES.fact.leading);
    const labelled = this.placedAt(label, STYLES.label, PAGE.left, this.y, LABEL_WIDTH);
    const values = this.lines(lines, STYLES.fact, PAGE.left + LABEL_WIDTH);
    return [
      { tag: "TH", placed: [labelled] },
      { tag: "TD", placed: values },
    ];
  }

  entry(entry: Entry): void {
    if (entry.kind === "message") this.message(entry);
    else {
      this.gap(ENTRY_GAP);
      // A day's heading is not left behind at the foot of a page.
      this.need(
        STYLES.day.leading + ENTRY_GAP + STYLES.name.leading + STYLES.text.leading * LINES_WITH_HEADING,
      );
      this.elements.push(this.block("H2", entry.day, STYLES.day));
    }
  }

  private message(entry: MessageEntry): void {
    const style = entry.sender === "system" ? STYLES.system : STYLES.text;
    const x = PAGE.left + INDENT;
    const width = TEXT_WIDTH - INDENT;
    const texts = [entry.text, ...entry.attachments].map((text) => this.set(text, style, width));
    const count = texts.reduce((sum, lines) => sum + lines.length, 0);
    this.gap(ENTRY_GAP);
    this.need(STYLES.name.leading + style.leading * Math.min(count, LINES_WITH_HEADING));
    const bar = this.startBar(COLORS[entry.sender]);
    this.elements.push({ tag: "P", placed: this.heading(entry, entry.role) });
    for (const lines of texts) {
      const placed: Placed[] = [];
      for (const line of lines) {
        if (this.y + style.leading > BOTTOM) {
          bar.end();
          this.nextPage();
          bar.start();
          this.repeats.push(...this.heading(entry, `${entry.role} continued`.trim()).slice(0, 2));
        }
        placed.push(this.place(line, style, x));
      }
      this.elements.push({ tag: "P", placed });
    }
    bar.end();
  }

  /** Who, in what part and when in one line, then the rest of a very long name. */
  private heading({ name, time, sender }: MessageEntry, role: string): Placed[] {
    const { page, y } = this;
    const x = PAGE.left + INDENT;
    const style = sender === "system" ? STYLES.aside : STYLES.name;
    const about = this.set(role === "" ? time : `${role} · ${time}`, STYLES.aside, TEXT_WIDTH)[0]!;
    const nameWidth = TEXT_WIDTH - INDENT - ASIDE_GAP - points(about.width, STYLES.aside);
    const [first, ...others] = this.set(name, style, nameWidth);
    const named = this.place(first!, style, x);
    const aboutX = x + points(first!.width, style) + ASIDE_GAP;
    return [
      named,
      { page, x: aboutX, y, line: about, style: STYLES.aside },
      ...others.map((line) => this.place(line, style, x)),
    ];
  }

  private startBar(color: string): { start(): void; end(): void } {
    let top = this.y;
    return {
      start: () => {
        top = this.y;
      },
      end: () => {
        if (this.y > top) {
          const { page, y } = this;
          this.bars.push({ page, x: PAGE.left, top: top + 1.5, bottom: y, width: BAR_WIDTH, color });
        }
      },
    };
  }

  private set(text: string, style: Style, width: number): Line[] {
    return this.setters[style.weight].lines(text, (width / style.size) * 1000);
  }

  private lines(lines: readonly Line[], style: Style, x: number): Placed[] {
    return lines.map((line) => {
      this.need(style.leading);
      return this.place(line, style, x);
    });
  }

  private place(line: Line, style: Style, x: number): Placed {
    this.need(style.leading);
    const placed = { page: this.page, x, y: this.y, line, style };
    this.y += style.leading;
    return placed;
  }

  /** The first line of a text at a place of its own. */
  placedAt(text: string, style: Style, x: number, y: number, width: number): Placed {
    return { page: this.page, x, y, line: this.set(text, style, width)[0]!, style };
  }

  private need(height: number): void {
    if (this.y + height > BOTTOM) this.nextPage();
  }

  private nextPage(): void {
    this.page++;
    this.y = PAGE.top;
  }
}

export function points(width: number, style: { readonly size: number }): number {
  return (width * style.size) / 1000;
}
