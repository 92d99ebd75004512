interface Waiter {
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** The open sends: at most `count` at a time, first come, first served. */
export class Slots {
  private free: number;
  private readonly waiters: Waiter[] = [];
  private closed: { readonly reason: unknown } | undefined;

  constructor(count: number) {
    this.free = count;
  }

  /** Resolves when a slot is ours; `release` must follow. @throws The reason of `close`. */
  async take(): Promise<void> {
    if (this.closed !== undefined) throw this.closed.reason;
    if (this.free > 0) {
      this.free--;
      return;
    }
    await new Promise<void>((resolve, reject) => this.waiters.push({ resolve, reject }));
  }

  release(): void {
    const next = this.waiters.shift();
    if (next === undefined) this.free++;
    else next.resolve();
  }

  /** Gives out no more; whoever waits is turned away with the reason. */
  close(reason: unknown): void {
    this.closed ??= { reason };
    for (const waiter of this.waiters.splice(0)) waiter.reject(reason);
  }
}
