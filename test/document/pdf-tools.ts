import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Other people's readers of PDF files (Debian packages `poppler-utils` and `qpdf`): judges of what chatx writes. */
export class PdfTools {
  readonly folder = mkdtempSync(join(tmpdir(), "chatx-pdf-"));

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  file(pdf: Uint8Array): string {
    const path = join(this.folder, "report.pdf");
    writeFileSync(path, pdf);
    return path;
  }

  /** Throws, with what qpdf says, unless the file is sound. */
  check(pdf: Uint8Array): string {
    return run("qpdf", ["--check", this.file(pdf)]);
  }

  text(pdf: Uint8Array): string {
    return run("pdftotext", ["-enc", "UTF-8", this.file(pdf), "-"]);
  }

  /** `Title` → its value, and so on. */
  info(pdf: Uint8Array): ReadonlyMap<string, string> {
    const lines = run("pdfinfo", [this.file(pdf)])
      .trim()
      .split("\n");
    return new Map(
      lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]),
    );
  }

  metadata(pdf: Uint8Array): string {
    return run("pdfinfo", ["-meta", this.file(pdf)]);
  }

  /** The text of an attached file. */
  attachment(pdf: Uint8Array, name: string): string {
    const path = this.file(pdf);
    run("pdfdetach", ["-savefile", name, "-o", join(this.folder, "attached"), path]);
    return readFileSync(join(this.folder, "attached"), "utf8");
  }
}

function run(program: string, args: readonly string[]): string {
  try {
    return execFileSync(program, args, {
      encoding: "utf8",
      maxBuffer: 1 << 28,
      stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new Error(`${program} is missing; install the packages poppler-utils and qpdf`);
  }
}

/** A text without white space: where lines end is the page's business. */
export function squeezed(text: string): string {
  return text.replace(/\s+/gu, "");
}
