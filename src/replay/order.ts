/**
 * Runs items side by side, but those of one key one after the other in the order they were added. Keeps nothing of a
 * key whose items have all ended.
 */
export class Chains<T> {
  private readonly waiting = new Map<string, T[]>();
  private readonly run: (item: T) => Promise<void>;

  /** @param run  Must not reject. */
  constructor(run: (item: T) => Promise<void>) {
    this.run = run;
  }

  add(key: string | undefined, item: T): void {
    if (key === undefined) {
      void this.run(item);
      return;
    }
    const chain = this.waiting.get(key);
    if (chain !== undefined) {
      chain.push(item);
      return;
    }
    this.waiting.set(key, []);
    void this.follow(key, item);
  }

  /** How many keys have items under way. */
  get size(): number {
    return this.waiting.size;
  }

  private async follow(key: string, first: T): Promise<void> {
    const chain = this.waiting.get(key)!;
    for (let item: T | undefined = first; item !== undefined; item = chain.shift()) await this.run(item);
    this.waiting.delete(key);
  }
}
