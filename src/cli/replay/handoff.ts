const MOST_WAITING = 64;

/**
 * Items from one loop to another: `put` waits while enough are under way, and the reader waits for the next. For one
 * writer and one reader.
 */
export class Handoff<T> implements AsyncIterable<T> {
  private items: T[] = [];
  private ending: { readonly error?: unknown } | undefined;
  private hasReaderGone = false;
  private wakeReader: () => void = () => undefined;
  private wakeWriter: () => void = () => undefined;

  /** Whether the reader has stopped: there is nobody to put anything for. */
  get isAbandoned(): boolean {
    return this.hasReaderGone;
  }

  /** Undefined where there is room for more. Once the reader has gone, items are dropped. */
  put(item: T): Promise<void> | undefined {
    if (this.hasReaderGone) return undefined;
    this.items.push(item);
    this.wakeReader();
    if (this.items.length < MOST_WAITING) return undefined;
    return new Promise((resolve) => {
      this.wakeWriter = resolve;
    });
  }

  /** The reader comes to its end after the last item. */
  end(): void {
    this.ending ??= {};
    this.wakeReader();
  }

  /** The reader gets this error after the last item. */
  fail(error: unknown): void {
    this.ending ??= { error };
    this.wakeReader();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    try {
      for (;;) {
        const items = this.items;
        this.items = [];
        this.wakeWriter();
        yield* items;
        if (this.items.length > 0) continue;
        if (this.ending !== undefined) {
          if ("error" in this.ending) throw this.ending.error;
          return;
        }
        await new Promise<void>((resolve) => {
          this.wakeReader = resolve;
        });
      }
    } finally {
      this.hasReaderGone = true;
      this.items = [];
      this.wakeWriter();
    }
  }
}
