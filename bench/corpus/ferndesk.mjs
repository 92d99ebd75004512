import { agentText, moment, person, visitorText } from "./people.mjs";

/** @typedef {import("./random.mjs").Random} Random */

/**
 * One conversation of Ferndesk's support-endpoint document. Both spellings of the agent's role occur, and times
 * with and without milliseconds.
 *
 * @param {Random} random
 * @param {number} index
 */
export function ferndeskUnit(random, index) {
  const visitor = person(random);
  const agentRole = random.chance(50) ? "support_agent" : "agent";
  const withMilliseconds = random.chance(30);
  const id = `conv_${String(index).padStart(8, "0")}`;
  let now = moment(random);
  const messages = Array.from({ length: random.between(2, 16) }, (_, position) => {
    now += random.between(1000, 120_000);
    const byVisitor = position === 0 || random.chance(50);
    return {
      id: `msg_${index}_${position + 1}`,
      role: byVisitor ? "user" : agentRole,
      content: byVisitor ? visitorText(random, visitor) : agentText(random),
      createdAt: time(now, withMilliseconds),
    };
  });
  const url = random.chance(80) ? { url: `https://support.example.com/conversations/${index}` } : {};
  const conversation = { id, ...url, lastMessageAt: time(now, withMilliseconds), messages };
  return { records: [JSON.stringify(conversation)], conversations: 1 };
}

/** @param {number} epochMs @param {boolean} withMilliseconds */
function time(epochMs, withMilliseconds) {
  const iso = new Date(epochMs).toISOString();
  return withMilliseconds && epochMs % 1000 !== 0 ? iso : `${iso.slice(0, 19)}Z`;
}
