import type { BodyFault } from "./types.ts";

/** How much may wait for its reader before the sender is told to wait. */
const HIGH_WATER = 1024 * 1024;

/** Bytes that come when they come, read when they are wanted; holds about a mebibyte. */
export class BodyStream implements AsyncIterable<Uint8Array> {
  readonly #stop: () => void;
  #chunks: Uint8Array[] = [];
  #waiting = 0;
  #isPaused = false;
  #resume: () => void = () => undefined;
  #end: "open" | "complete" | BodyFault = "open";
  #wake: () => void = () => undefined;

  /** @param stop  Called when the reader wants no more. */
  constructor(stop: () => void) {
    this.#stop = stop;
  }

  onResume(resume: () => void): void {
    this.#resume = resume;
  }

  /** @returns Whether more may come at once. */
  push(chunk: Uint8Array): boolean {
    this.#chunks.push(chunk);
    this.#waiting += chunk.length;
    this.#isPaused = this.#waiting > HIGH_WATER;
    this.#wake();
    return !this.#isPaused;
  }

  /** No more will come. What is there is read first. */
  end(end: "complete" | BodyFault): void {
    if (this.#end === "open") this.#end = end;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        const chunks = this.#chunks;
        this.#chunks = [];
        this.#waiting = 0;
        for (const chunk of chunks) yield chunk;
        if (this.#chunks.length > 0) continue;
        if (this.#end === "complete") return;
        if (this.#end !== "open") throw this.#end;
        const woken = new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        if (this.#isPaused) {
          this.#isPaused = false;
          this.#resume();
        }
        await woken;
      }
    } finally {
      this.#stop();
    }
  }
}
