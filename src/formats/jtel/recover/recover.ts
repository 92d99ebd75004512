import type { EnclosedFile } from "../../../input/types.ts";
import type { Agent, Conversation, Message, Sender } from "../../../model/conversation.ts";
import { inventedId } from "../../invented-id.ts";
import type { ReadContext } from "../../types.ts";
import { dateIn, dateLine, isPageNumber, type Opening, openingsOf } from "./line-shape.ts";
import { guessSenders, plainName, type SenderGuess } from "./senders.ts";
import { TranscriptTimes } from "./times.ts";

type Lines = NonNullable<EnclosedFile["lines"]>;

/** A message as it stands on the pages, before anything is guessed. */
interface Draft {
  readonly opening: Opening;
  /** The date of a line above, where one came between this message and the one before. */
  readonly day: string | undefined;
  readonly lines: string[];
}

/**
 * The conversation that the text of a report tells: messages that begin with a name and a time, and the lines below
 * each. All that is guessed is reported at the PDF's place in the body.
 *
 * @returns Undefined where no line begins a message; "rejected" after an error (no date, no such time).
 */
export function recoverConversation(
  lines: Lines,
  pointer: string,
  context: ReadContext,
): Conversation | "rejected" | undefined {
  const texts = withoutFurniture(lines);
  const transcript = transcriptOf(texts);
  if (transcript === undefined) return undefined;
  const { drafts, above, joined } = transcript;
  const { report } = context;
  report("decode/report-text", pointer, { messages: drafts.length, lines: lines.length });
  const names = [...new Set(drafts.map(({ opening }) => opening.name))];
  const senders = guessSenders(names, above);
  for (const [name, { sender, why }] of senders)
    report("decode/sender-guessed", pointer, { name, taken: sender, why });
  if (joined.length > 0)
    report("decode/lines-joined", pointer, { count: joined.length, example: joined[0]! });
  if (above.length > 0) report("decode/lines-left-out", pointer, { count: above.length, example: above[0]! });
  const id = `jtel-${inventedId(texts.join("\n"))}`;
  const messages = messagesOf(drafts, { id, senders, texts, above, pointer, context });
  return messages === undefined ? "rejected" : conversationFrom(id, messages, senders);
}

/** Page numbers, and lines that stand at the same height of every page, are the paper's and not the chat's. */
function withoutFurniture(lines: Lines): string[] {
  const pages = new Map<number, string[]>();
  for (const { page, text } of lines) {
    const trimmed = text.trim();
    const known = pages.get(page);
    if (trimmed !== "" && known !== undefined) known.push(trimmed);
    else if (trimmed !== "") pages.set(page, [trimmed]);
  }
  const all = [...pages.values()];
  const first = all[0]?.[0];
  const last = all[0]?.at(-1);
  const hasHead = all.length > 1 && all.every((page) => page[0] === first);
  const hasFoot = all.length > 1 && all.every((page) => page.at(-1) === last);
  return all
    .flatMap((page, index) => page.slice(hasHead && index > 0 ? 1 : 0, hasFoot ? -1 : undefined))
    .filter((line) => !isPageNumber(line));
}

interface Transcript {
  readonly drafts: readonly Draft[];
  /** Lines before the first message. */
  readonly above: readonly string[];
  readonly joined: readonly string[];
}

function transcriptOf(texts: readonly string[]): Transcript | undefined {
  const shape = usualShape(texts);
  if (shape === undefined) return undefined;
  const drafts: Draft[] = [];
  const above: string[] = [];
  const joined: string[] = [];
  let day: string | undefined;
  let previous = "";
  // A line that fills the page goes on in the next by no will of who wrote it.
  const longest = texts.reduce((most, line) => Math.max(most, line.length), 0);
  const isFull = (line: string) => line.length >= SHORTEST_FULL && line.length > longest * FULL;
  for (const line of texts) {
    const opening = openingsOf(line).find((one) => one.shape === shape);
    const date = opening === undefined && !shape.includes(" date ") ? dateLine(line) : undefined;
    const last = drafts.at(-1);
    if (opening !== undefined) {
      drafts.push({ opening, day, lines: opening.text === "" ? [] : [opening.text] });
      day = undefined;
    } else if (date !== undefined) day = date;
    else if (last === undefined) above.push(line);
    else {
      // The first line below a bare name and time is the message itself, and no guess.
      if (last.lines.length > 0) joined.push(line);
      if (last.lines.length > 0 && isFull(previous)) last.lines.push(`${last.lines.pop()!} ${line}`);
      else last.lines.push(line);
    }
    previous = line;
  }
  return { drafts, above, joined };
}

/** How much of the longest line's length a line has that is broken for want of room, and its least length. */
const FULL = 0.8;
const SHORTEST_FULL = 60;

/** The way in which most lines begin a message; of two equally usual ones the one that comes first. */
function usualShape(texts: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const line of texts) {
    for (const { shape } of openingsOf(line)) counts.set(shape, (counts.get(shape) ?? 0) + 1);
  }
  let best: string | undefined;
  for (const [shape, count] of counts) if (best === undefined || count > counts.get(best)!) best = shape;
  return best;
}

interface Surroundings {
  readonly id: string;
  readonly senders: ReadonlyMap<string, SenderGuess>;
  readonly texts: readonly string[];
  readonly above: readonly string[];
  readonly pointer: string;
  readonly context: ReadContext;
}

function messagesOf(drafts: readonly Draft[], around: Surroundings): Message[] | undefined {
  const { id, senders, texts, above, pointer, context } = around;
  const dates = texts.map(dateIn).filter((date) => date !== undefined);
  const hasTwelveHours = drafts.some(({ opening }) => /[ap]\.?m/i.test(opening.clock));
  const times = new TranscriptTimes(context, pointer, dates, hasTwelveHours);
  const headDate = above.map(dateIn).find((date) => date !== undefined);
  if (headDate !== undefined) times.setDay(headDate);
  const messages: Message[] = [];
  for (const { opening, day, lines } of drafts) {
    if (day !== undefined) times.setDay(day);
    const sentAt = times.instantOf(opening.clock, opening.date);
    if (sentAt === undefined) return undefined;
    const { sender } = senders.get(opening.name)!;
    messages.push({
      id: `${id}-${messages.length + 1}`,
      sender,
      text: lines.join("\n"),
      sentAt,
      author: { name: plainName(opening.name) },
    });
  }
  return messages;
}

function conversationFrom(
  id: string,
  messages: readonly Message[],
  senders: ReadonlyMap<string, SenderGuess>,
): Conversation {
  const named = (wanted: Sender): Agent[] =>
    [...senders].filter(([, { sender }]) => sender === wanted).map(([name]) => ({ name: plainName(name) }));
  const [visitor] = named("visitor");
  const agents = named("agent");
  return {
    id,
    origin: { format: "jtel" },
    ...(visitor === undefined ? {} : { visitor }),
    ...(agents.length === 0 ? {} : { agents }),
    messages,
  };
}
