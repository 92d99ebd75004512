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

  /**
   * Takes a slot; `release` must follow.
   *
   * @returns Undefined where one was free; else resolves when it is ours, or rejects with the reason of `close`.
   */
  take(): Promise<void> | undefined {
    if (this.closed !== undefined) return Promise.reject(this.closed.reason);
    if (this.free > 0) {
      this.free--;
      return undefined;
    }
    return new Promise<void>((resolve, reject) => this.waiters.push({ resolve, reject }));
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
