/** What became of one request, as the time line and the charts tell it. */
export type Fate = "delivered" | "again" | "refused" | "unanswered";

/** Requests that ended within one stretch of the run. */
export interface Stretch {
  readonly counts: Record<Fate, number>;
}

const MOST = 120;

/** Requests over time in at most 120 stretches of equal length; when a run outgrows them they are merged by twos. */
export class TimeLine {
  private readonly kept: Stretch[] = [];
  private width = 1000;

  add(fate: Fate, elapsedMs: number): void {
    const ms = Number.isFinite(elapsedMs) ? Math.max(0, elapsedMs) : 0;
    while (ms >= this.width * MOST) this.merge();
    const index = Math.floor(ms / this.width);
    while (this.kept.length <= index) this.kept.push({ counts: none() });
    this.kept[index]!.counts[fate]++;
  }

  get stretchMs(): number {
    return this.width;
  }

  get stretches(): readonly Stretch[] {
    return this.kept;
  }

  private merge(): void {
    this.width *= 2;
    const merged: Stretch[] = [];
    for (let at = 0; at < this.kept.length; at += 2) {
      const { counts } = this.kept[at]!;
      const more = this.kept[at + 1]?.counts ?? none();
      merged.push({
        counts: {
          delivered: counts.delivered + more.delivered,
          again: counts.again + more.again,
          refused: counts.refused + more.refused,
          unanswered: counts.unanswered + more.unanswered,
        },
      });
    }
    this.kept.splice(0, this.kept.length, ...merged);
  }
}

function none(): Record<Fate, number> {
  return { delivered: 0, again: 0, refused: 0, unanswered: 0 };
}
