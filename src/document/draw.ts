import type PDFDocument from "pdfkit";
import { breather } from "./breathe.ts";
import type { ReportFonts } from "./fonts.ts";
import { type Bar, COLORS, type Element, PAGE, type PageLayout, type Placed, points } from "./page-layout.ts";
import { TextWriter } from "./text-writer.ts";

/** What stands on every page around its text. */
export interface Running {
  /** At the head of each page but the first. */
  readonly head: string;
  readonly note: string;
}

type Document = InstanceType<typeof PDFDocument>;

/** Draws a layout into a document, page after page. The document must have been made without a first page. */
export class Drawing {
  private readonly doc: Document;
  private readonly layout: PageLayout;
  private readonly running: Running;
  private readonly bars: Bar[];
  private readonly repeats: Placed[];
  private readonly writer: TextWriter;
  private page = -1;

  constructor(doc: Document, layout: PageLayout, fonts: ReportFonts, running: Running) {
    this.doc = doc;
    this.layout = layout;
    this.running = running;
    this.bars = [...layout.bars].reverse();
    this.repeats = [...layout.repeats].reverse();
    this.writer = new TextWriter(doc, fonts);
  }

  async draw(): Promise<void> {
    const { doc } = this;
    const root = doc.struct("Document");
    doc.addStructure(root);
    const { title, rows, body } = this.layout;
    this.element(title, root);
    const table = doc.struct("Table");
    root.add(table);
    for (const cells of rows) {
      const row = doc.struct("TR");
      table.add(row);
      for (const cell of cells) this.element(cell, row);
      row.end();
    }
    table.end();
    const breathe = breather();
    for (const element of body) {
      await breathe();
      this.element(element, root);
    }
    root.end();
  }

  private element({ tag, placed }: Element, parent: PDFKit.PDFStructureElement): void {
    const options = tag === "TH" ? { scope: "Row" } : {};
    const own = this.doc.struct(tag as "P", options as object);
    parent.add(own);
    for (const lines of byPage(placed)) {
      this.goTo(lines[0]!.page);
      own.add(() => this.lines(lines));
    }
    own.end();
  }

  /** Adds pages up to one. Only the last page can be drawn on. */
  private goTo(page: number): void {
    while (this.page < page) {
      this.page++;
      this.doc.addPage();
      this.artifact(() => this.frame());
    }
  }

  /** Something that is no part of the text proper: for a screen reader it is not there. */
  private artifact(draw: () => void): void {
    this.doc.markContent("Artifact", { type: "Pagination" });
    draw();
    this.doc.endMarkedContent();
  }

  private frame(): void {
    const { doc, layout, page, running } = this;
    while (this.bars.at(-1)?.page === page) {
      const { x, top, bottom, width, color } = this.bars.pop()!;
      doc.rect(x, top, width, bottom - top).fill(color);
    }
    while (this.repeats.at(-1)?.page === page) this.writer.line(this.repeats.pop()!);
    const right = PAGE.width - PAGE.right;
    if (page > 0) {
      this.runningText(running.head, PAGE.left, 40);
      doc.rect(PAGE.left, 58, right - PAGE.left, 0.5).fill(COLORS.rule);
    }
    const foot = PAGE.height - 48;
    this.runningText(running.note, PAGE.left, foot);
    const number = layout.runningLine(`page ${page + 1} of ${layout.pages}`);
    this.writer.line({ ...number, x: right - points(number.line.width, number.style), y: foot });
  }

  private lines(lines: readonly Placed[]): void {
    for (const line of lines) this.writer.line(line);
  }

  private runningText(text: string, x: number, y: number): void {
    this.writer.line({ ...this.layout.runningLine(text), x, y });
  }
}

function byPage(placed: readonly Placed[]): Placed[][] {
  const groups: Placed[][] = [];
  for (const one of placed) {
    const last = groups.at(-1);
    if (last !== undefined && last[0]?.page === one.page) last.push(one);
    else groups.push([one]);
  }
  return groups;
}
