import { digitsOf } from "../json/value.ts";
import type { Agent, Attachment, Conversation, Message, Sender } from "../model/conversation.ts";
import type { TimeZone } from "../model/time.ts";
import { clockOf, dayAndClockOf, dayOf } from "./times.ts";

/** What a report says, in words, before it is set. The labels are English; texts are the conversation's own. */
export interface ReportContent {
  readonly title: string;
  readonly facts: readonly Fact[];
  /** In the order of the conversation, a heading before the messages of each day. */
  readonly entries: readonly Entry[];
  /** The line at the foot of each page. */
  readonly note: string;
  /** Whom the document comes from; for its metadata. */
  readonly author: string | undefined;
}

interface Fact {
  readonly label: string;
  readonly value: string;
  /** Where in the conversation it is told. */
  readonly pointer: string;
}

export type Entry = { readonly kind: "day"; readonly day: string } | MessageEntry;

export interface MessageEntry {
  readonly kind: "message";
  readonly sender: Sender;
  readonly name: string;
  readonly role: string;
  readonly time: string;
  readonly text: string;
  /** One line each. */
  readonly attachments: readonly string[];
  readonly pointer: string;
}

/** The chat connector that a report is made for, as jtel calls it. */
export interface Connector {
  readonly id?: string;
  readonly name?: string;
}

export function reportContent(
  conversation: Conversation,
  zone: TimeZone,
  connector: Connector | undefined,
): ReportContent {
  const visitor = conversation.visitor?.name ?? conversation.visitor?.email;
  const agents = agentNames(conversation);
  return {
    title: visitor === undefined ? `Chat ${conversation.id}` : `Chat with ${visitor}`,
    facts: [...factsOf(conversation, zone, connector, agents)],
    entries: [...entriesOf(conversation, zone)],
    note: `Times are those of ${zone.name}`,
    author: connector?.name ?? (agents.length === 0 ? undefined : agents.join(", ")),
  };
}

function* factsOf(
  conversation: Conversation,
  zone: TimeZone,
  connector: Connector | undefined,
  agents: readonly string[],
): Generator<Fact> {
  const { startedAt, endedAt, rating, messages } = conversation;
  const when = (instant: NonNullable<typeof startedAt>) => dayAndClockOf(instant, zone);
  const fact = (label: string, value: string, pointer: string) => ({ label, value, pointer });
  const connectorName = withId(connector?.name, connector?.id);
  if (connectorName !== undefined) yield fact("Connector", connectorName, "");
  yield fact("Conversation", conversation.id, "/id");
  yield fact("Visitor", visitorLine(conversation), "/visitor/name");
  if (agents.length > 0)
    yield fact(agents.length === 1 ? "Agent" : "Agents", agents.join(", "), "/agents/0/name");
  const first = messages[0]?.sentAt;
  const last = messages.at(-1)?.sentAt;
  if (startedAt !== undefined) yield fact("Start", when(startedAt), "/startedAt");
  else if (first !== undefined) yield fact("Start", `${when(first)} (first message)`, "/messages/0/sentAt");
  if (endedAt !== undefined) yield fact("End", when(endedAt), "/endedAt");
  else if (last !== undefined) yield fact("End", `${when(last)} (last message)`, "/messages");
  const score = rating?.score === undefined ? undefined : digitsOf(rating.score);
  const ratingLine = [score, rating?.text].filter((part) => part !== undefined && part !== "").join(": ");
  yield fact("Rating", ratingLine === "" ? "none" : ratingLine, "/rating/text");
  if (conversation.status !== undefined) yield fact("Status", conversation.status, "/status");
  const topics = conversation.topics ?? [];
  if (topics.length > 0) yield fact("Topics", topics.join(", "), "/topics/0");
  if (conversation.url !== undefined) yield fact("Link", conversation.url, "/url");
  yield fact("Messages", String(messages.length), "/messages");
}

function withId(name: string | undefined, id: string | undefined): string | undefined {
  if (name === undefined) return id;
  return id === undefined ? name : `${name} (${id})`;
}

function visitorLine({ visitor }: Conversation): string {
  const parts = [visitor?.name, visitor?.email, visitor?.phone].filter(isSaid);
  return parts.length > 0 ? parts.join(", ") : (visitor?.id ?? "not known");
}

function isSaid(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}

function shownName(person: Agent | undefined): string | undefined {
  return [person?.name, person?.email].find(isSaid);
}

function nameOfAgent(agent: Agent | undefined): string | undefined {
  return shownName(agent) ?? (isSaid(agent?.id) ? agent.id : undefined);
}

/** The agents that the conversation names, then those that only its messages tell of. */
function agentNames({ agents = [], messages }: Conversation): string[] {
  const authors = messages.filter(({ sender }) => sender === "agent").map(({ author }) => author);
  return [...new Set([...agents, ...authors].map(nameOfAgent).filter(isSaid))];
}

function* entriesOf(conversation: Conversation, zone: TimeZone): Generator<Entry> {
  let day = "";
  for (const [index, message] of conversation.messages.entries()) {
    const own = dayOf(message.sentAt, zone);
    if (own !== day) yield { kind: "day", day: own };
    day = own;
    yield {
      kind: "message",
      sender: message.sender,
      ...whoSent(message, conversation),
      time: clockOf(message.sentAt, zone),
      text: message.text,
      attachments: (message.attachments ?? []).map(attachmentLine),
      pointer: `/messages/${index}`,
    };
  }
}

function whoSent(message: Message, { visitor }: Conversation): { name: string; role: string } {
  const author = nameOfAgent(message.author);
  switch (message.sender) {
    case "visitor":
      // The id of somebody unknown tells a reader nothing.
      return { name: shownName(message.author) ?? shownName(visitor) ?? "Visitor", role: "visitor" };
    case "agent":
      return { name: author ?? "Agent", role: "agent" };
    case "bot":
      return { name: author ?? message.trigger ?? "Automatic message", role: "automatic" };
    case "system":
      return { name: author ?? "System", role: author === undefined ? "" : "system" };
  }
}

function attachmentLine({ name, mediaType, bytes, url }: Attachment): string {
  const size = bytes === undefined ? undefined : `${digitsOf(bytes)} bytes`;
  const about = [mediaType, size].filter(isSaid).join(", ");
  const what = `${name ?? ""}${about === "" ? "" : ` (${about})`}`.trim();
  return `Attachment: ${[what, url].filter(isSaid).join(" ") || "no name"}`;
}
