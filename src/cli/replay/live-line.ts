import type { Ora } from "ora";
import { liveLine } from "../../report/replay/live-line.ts";
import type { ReplayStatistics } from "../../report/replay/statistics.ts";
import { type Io, wantsColor } from "../io.ts";

const EVERY_MS = 200;

/** The line of a replay under way, on a terminal only. ora is loaded when the line is first drawn. */
export class LiveLine {
  private readonly statistics: ReplayStatistics;
  private readonly elapsedMs: () => number;
  private readonly timer: NodeJS.Timeout | undefined;
  private readonly sayPlainly: (text: string) => void;
  private spinner: Ora | undefined;
  private isLoading = false;
  private isStopped = false;
  private note = "";

  constructor(statistics: ReplayStatistics, elapsedMs: () => number, io: Io, isQuiet: boolean) {
    this.statistics = statistics;
    this.elapsedMs = elapsedMs;
    this.sayPlainly = isQuiet ? () => undefined : (text) => io.stderr.push(text);
    if (isQuiet || !io.stderrIsTerminal || !wantsColor(io, true)) return;
    // A terminal that says it has no columns (docker exec -t, some CI) has ora clear lines without end.
    if (!(process.stderr.columns > 0)) return;
    this.timer = setInterval(() => this.draw(), EVERY_MS);
    this.timer.unref();
  }

  /** Said behind the numbers from now on, or on a line of its own where none is drawn: what is waited for. */
  say(note: string): void {
    if (this.timer === undefined) this.sayPlainly(`chatx: ${note}\n`);
    this.note = `; ${note}`;
  }

  stop(): void {
    this.isStopped = true;
    clearInterval(this.timer);
    this.spinner?.stop();
  }

  private draw(): void {
    const text = liveLine(this.statistics, this.elapsedMs()) + this.note;
    if (this.spinner === undefined) void this.load(text);
    else this.spinner.text = text;
  }

  private async load(text: string): Promise<void> {
    if (this.isLoading) return;
    this.isLoading = true;
    const { default: ora } = await import("ora");
    // ora would take Ctrl-C for itself on a terminal whose input it discards.
    const options = { text, stream: process.stderr, discardStdin: false };
    if (!this.isStopped) this.spinner = ora(options).start();
  }
}
