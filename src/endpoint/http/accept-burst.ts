/** The longest that requests are held for others that knock. */
const LONGEST_MS = 200;

/**
 * Lets everybody in before anybody is served.
 *
 * libuv accepts one connection in a turn of the event loop (measured: 1.46, of Node 20), and a turn takes as long as all
 * requests that came in it. Of many clients at once the first would be served over and over, and the last would wait for
 * seconds: of 300, each with 2 ms of work a request, the last one was accepted after 5 s. So while connections come in
 * every turn, requests are held, which makes the turns short.
 */
export class AcceptBurst {
  #since: number | undefined;
  #accepted = 0;
  #held: (() => void)[] = [];

  /** A connection has been accepted. */
  accepted(): void {
    this.#accepted++;
    if (this.#since !== undefined) return;
    this.#since = performance.now();
    setImmediate(this.#look);
  }

  /** Undefined where nobody knocks; else resolves at the end of the burst. */
  over(): Promise<void> | undefined {
    if (this.#since === undefined) return undefined;
    return new Promise((resolve) => this.#held.push(resolve));
  }

  /** Once a turn, after all that came in it. */
  readonly #look = (): void => {
    if (this.#accepted > 0 && performance.now() - this.#since! < LONGEST_MS) {
      this.#accepted = 0;
      setImmediate(this.#look);
      return;
    }
    this.#since = undefined;
    this.#accepted = 0;
    const held = this.#held;
    this.#held = [];
    for (const release of held) release();
  };
}
