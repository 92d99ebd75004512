/**
 * Mixes several streams of records as a webhook receiver sees them; each stream keeps its own order.
 *
 * @param {import("./random.mjs").Random} random
 * @param {readonly (readonly string[])[]} streams
 * @returns {string[]}
 */
export function interleave(random, streams) {
  const open = streams.filter((stream) => stream.length > 0).map((stream) => ({ stream, at: 0 }));
  const mixed = [];
  while (open.length > 0) {
    const chosen = random.below(open.length);
    const { stream, at } = /** @type {{ stream: readonly string[], at: number }} */ (open[chosen]);
    mixed.push(/** @type {string} */ (stream[at]));
    if (at + 1 === stream.length) open.splice(chosen, 1);
    else open[chosen] = { stream, at: at + 1 };
  }
  return mixed;
}
