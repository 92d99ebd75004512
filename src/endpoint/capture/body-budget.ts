import { Refusal } from "../http/refusal.ts";

/** Bodies that are held at a time, of all requests together; one at least of the longest that is allowed. */
const BUDGET_BYTES = 64 * 1024 * 1024;

/** Keeps many large bodies at a time from becoming all of the memory. */
export class BodyBudget {
  #left: number;

  constructor(longestBytes: number) {
    this.#left = Math.max(BUDGET_BYTES, longestBytes);
  }

  /** A request's share, which grows with its body and is given back at its end. */
  open(): { readonly take: (bytes: number) => void; readonly giveBack: () => void } {
    let taken = 0;
    return {
      take: (bytes) => {
        if (bytes > this.#left) {
          throw new Refusal(503, "overloaded", "too many bodies are being received; try again later", {
            "retry-after": "5",
          });
        }
        this.#left -= bytes;
        taken += bytes;
      },
      giveBack: () => {
        this.#left += taken;
        taken = 0;
      },
    };
  }
}
