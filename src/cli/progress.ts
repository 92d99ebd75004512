import type { Ora } from "ora";
import { escapeControls } from "../diagnostics/quote.ts";
import type { ByteSource } from "../input/types.ts";
import { type Io, wantsColor } from "./io.ts";

/** A run shorter than this shows nothing. */
const QUIET_MS = 1000;
const EVERY_MS = 200;

/**
 * A line on standard error that tells how far a long run is: records, bytes, rate, and the time left where the size is
 * known. Only on a terminal; ora is loaded when the line is first drawn.
 */
export class Progress {
  private readonly isWanted: boolean;
  private readonly startedAt: number;
  private spinner: Ora | undefined;
  private isLoading = false;
  private isStopped = false;
  private drawnAt = 0;
  private source: Pick<ByteSource, "name" | "sizeBytes"> | undefined;
  private bytes = 0;
  private bytesOfSource = 0;
  private recordsBefore = 0;
  private records = 0;

  constructor(io: Io, isQuiet: boolean) {
    // On a terminal of no width ora would wrap its line for ever.
    const hasWidth = io.stderrIsTerminal && (process.stderr.columns ?? 0) > 0;
    this.isWanted = !isQuiet && hasWidth && wantsColor(io, true);
    // Node loads its clock when it is first asked, which takes a millisecond or two.
    this.startedAt = this.isWanted ? performance.now() : 0;
  }

  start(source: Pick<ByteSource, "name" | "sizeBytes">): void {
    this.recordsBefore += this.records;
    this.records = 0;
    this.source = source;
    this.bytesOfSource = 0;
  }

  /** @param records  Records of this source so far. */
  advance(bytes: number, records: number): void {
    this.bytes += bytes;
    this.bytesOfSource += bytes;
    this.records = records;
    if (!this.isWanted) return;
    const now = performance.now();
    if (now - this.startedAt < QUIET_MS || now - this.drawnAt < EVERY_MS) return;
    this.drawnAt = now;
    if (this.spinner === undefined) void this.load();
    else this.spinner.text = this.line(now);
  }

  stop(): void {
    this.isStopped = true;
    this.spinner?.stop();
  }

  private async load(): Promise<void> {
    if (this.isLoading) return;
    this.isLoading = true;
    const { default: ora } = await import("ora");
    if (!this.isStopped)
      this.spinner = ora({ text: this.line(performance.now()), stream: process.stderr }).start();
  }

  private line(now: number): string {
    const seconds = (now - this.startedAt) / 1000;
    const rate = this.bytes / seconds;
    const records = this.recordsBefore + this.records;
    const parts = [`${records} records`, megabytes(this.bytes), `${megabytes(rate)}/s`];
    const size = this.source?.sizeBytes;
    if (size !== undefined && rate > 0) {
      const left = Math.max(0, size - this.bytesOfSource) / rate;
      parts.push(
        `${Math.floor((100 * this.bytesOfSource) / Math.max(1, size))} %`,
        `${Math.ceil(left)} s left`,
      );
    }
    return `${escapeControls(this.source?.name ?? "")}: ${parts.join(", ")}`;
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
