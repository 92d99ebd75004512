import type { Latencies } from "./latency.ts";
import type { Fate, TimeLine } from "./time-line.ts";
import { duration } from "./words.ts";
import { escapeXml } from "./xml.ts";

const WIDTH = 760;
const HEIGHT = 180;
const FOOT = 36;
const GAP = 2;

/** How many answers took how long, as inline SVG; "" without answers. */
export function latencyChart(latencies: Latencies): string {
  const steps = latencies.steps();
  if (steps.length === 0) return "";
  const most = Math.max(...steps.map(({ count }) => count));
  // Few bars need no more room than many narrow ones.
  const step = Math.min(120, WIDTH / steps.length);
  const bars = steps.map(({ fromMs, toMs, count }, at) => {
    const height = barHeight(count, most);
    const title = `${count} answers took ${duration(fromMs)} to ${duration(toMs)}`;
    return (
      rect("delivered", at * step, HEIGHT - height, step, height, title) +
      label(at * step + step / 2, HEIGHT + 16, `≤ ${duration(toMs)}`) +
      label(at * step + step / 2, HEIGHT + 31, String(count))
    );
  });
  return svg("Histogram of how long answers took", step * steps.length, bars.join(""));
}

const FATES: readonly Fate[] = ["delivered", "again", "refused", "unanswered"];

const WORDS: Readonly<Record<Fate, string>> = {
  delivered: "2xx",
  again: "to be tried again",
  refused: "refused",
  unanswered: "no answer",
};

/** Requests over time, stacked by what became of them, as inline SVG with its key; "" without requests. */
export function timeChart(timeLine: TimeLine): string {
  const { stretches, stretchMs } = timeLine;
  if (stretches.length === 0) return "";
  const most = Math.max(...stretches.map(({ counts }) => sum(counts)));
  const step = Math.min(60, WIDTH / stretches.length);
  const bars = stretches.map(({ counts }, at) => {
    let top = HEIGHT;
    return FATES.filter((fate) => counts[fate] > 0)
      .map((fate) => {
        const height = barHeight(counts[fate], most);
        top -= height;
        const title = `after ${duration(at * stretchMs)}: ${counts[fate]} ${WORDS[fate]}`;
        return rect(fate, at * step, Math.max(0, top), step, height, title);
      })
      .join("");
  });
  const width = step * stretches.length;
  const axis =
    label(0, HEIGHT + 16, "start", "start") +
    label(width, HEIGHT + 16, duration(stretches.length * stretchMs), "end");
  const used = FATES.filter((fate) => stretches.some(({ counts }) => counts[fate] > 0));
  const key = used.map(
    (fate) =>
      `<li><svg class="swatch" width="12" height="12" aria-hidden="true"><rect class="${fate}" width="12" height="12"/></svg> ${WORDS[fate]}</li>`,
  );
  const caption = `<p class="note">At most ${most} requests in ${duration(stretchMs)}.</p>`;
  return `${svg("Requests over time", Math.max(width, 120), bars.join("") + axis)}<ul class="key">${key.join("")}</ul>${caption}`;
}

function sum(counts: Readonly<Record<Fate, number>>): number {
  return FATES.reduce((total, fate) => total + counts[fate], 0);
}

/** What is there is seen, however little it is. */
function barHeight(count: number, most: number): number {
  return count === 0 ? 0 : Math.max(1.5, (count / most) * (HEIGHT - 4));
}

function svg(title: string, width: number, inner: string): string {
  const box = `0 0 ${round(width)} ${HEIGHT + FOOT}`;
  return `<svg class="chart" role="img" aria-label="${escapeXml(title)}" viewBox="${box}" width="${round(width)}" height="${HEIGHT + FOOT}">${inner}<line class="axis" x1="0" y1="${HEIGHT}" x2="${round(width)}" y2="${HEIGHT}"/></svg>`;
}

function rect(kind: string, x: number, y: number, step: number, height: number, title: string): string {
  const gap = step > 8 ? GAP : 0;
  return `<rect class="${kind}" x="${round(x)}" y="${round(y)}" width="${round(step - gap)}" height="${round(height)}"><title>${escapeXml(title)}</title></rect>`;
}

function label(x: number, y: number, text: string, anchor = "middle"): string {
  return `<text x="${round(x)}" y="${y}" text-anchor="${anchor}">${escapeXml(text)}</text>`;
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}
