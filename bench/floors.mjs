/**
 * The figures that must hold. Each is a ratio to a peer that ran in the same minutes on the same machine, or an
 * amount of memory; none is a time, because times say more about the machine than about chatx.
 *
 * @typedef {object} Floor
 * @property {string} figure
 * @property {number} limit
 * @property {"at most" | "at least"} holds
 * @property {"x" | "MB"} unit
 */
export const floors = /** @satisfies {Record<string, Floor>} */ ({
  startVersion: { figure: "time of chatx --version / node -e 0", limit: 1.6, holds: "at most", unit: "x" },
  startValidate: {
    figure: "time of validating one payload / node -e 0",
    limit: 2.4,
    holds: "at most",
    unit: "x",
  },
  convertOldJq: { figure: "speed of convert / jq 1.6", limit: 4.4, holds: "at least", unit: "x" },
  convertNewJq: { figure: "speed of convert / jq 1.8", limit: 3, holds: "at least", unit: "x" },
  convertMemory: { figure: "peak memory of convert", limit: 120, holds: "at most", unit: "MB" },
  replay: { figure: "speed of replay / fetch", limit: 2, holds: "at least", unit: "x" },
  replayJournal: { figure: "speed of replay --journal / fetch", limit: 2, holds: "at least", unit: "x" },
  replayBody: { figure: "speed of replay --body / fetch", limit: 1.5, holds: "at least", unit: "x" },
  replayMemory: { figure: "peak memory of replay --journal", limit: 200, holds: "at most", unit: "MB" },
  arrayMemory: { figure: "peak memory, 1 GB array / 100 MB array", limit: 1.25, holds: "at most", unit: "x" },
});

/** @typedef {keyof typeof floors} FloorName */

/**
 * Debian 12's jq 1.6 was 1.45 times slower than jq 1.8.1 on another mapping of the same kind of corpus; used to
 * compute the ratio to jq 1.8 where none is at hand.
 */
export const OLD_JQ_FACTOR = 1.45;
