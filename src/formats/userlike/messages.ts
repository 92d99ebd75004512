import { type Json, type JsonObject, member } from "../../json/value.ts";
import type { Agent, Message, Sender } from "../../model/conversation.ts";
import { placeInTime } from "./message-times.ts";
import type { Spelling, Surroundings } from "./spelling.ts";
import { firstLeaf, idOf, type Leaf, presentOrNone, tellingIdOf, textOf } from "./wire-values.ts";

/**
 * The messages of a document, in its own order and none left out.
 *
 * @returns undefined after reporting an error: no message has a time and nothing else tells one.
 */
export function decodeMessages(
  document: JsonObject,
  spelling: Spelling,
  around: Surroundings,
): readonly Message[] | undefined {
  const items = member(document, spelling.list) as readonly Json[];
  const list = `/${spelling.list}`;
  const sentAt = placeInTime(items, list, spelling, around);
  if (sentAt === undefined) return undefined;
  return items.map((item, index) => {
    const reader = new ItemReader(item, list, index, spelling, around);
    return { id: reader.id(), ...reader.senderAndText(), sentAt: sentAt[index]!, ...reader.author() };
  });
}

/** Message types of 2014: co, contact to operator (seen); oc, operator to contact (inferred). */
const TYPES: ReadonlyMap<string, Sender> = new Map([
  ["co", "visitor"],
  ["oc", "agent"],
]);

/** The operator_name that chatx gives to an agent without a name. */
export const NAMELESS = "Operator";

interface Writer {
  readonly leaf: Leaf<string> | undefined;
  /** An empty operator_name that would be the name if it were not empty. */
  readonly passedOver: string | undefined;
}

class ItemReader {
  private readonly item: Json;
  private readonly at: string;
  private readonly index: number;
  private readonly spelling: Spelling;
  private readonly around: Surroundings;
  private readonly name: Leaf<string> | undefined;
  private readonly passedOver: string | undefined;

  constructor(item: Json, list: string, index: number, spelling: Spelling, around: Surroundings) {
    this.item = item;
    this.at = `${list}/${index}`;
    this.index = index;
    this.spelling = spelling;
    this.around = around;
    const writer = writerName(item, this.at, spelling.author);
    this.name = namelessOperator(item, this.at) ?? writer.leaf;
    this.passedOver = writer.passedOver;
  }

  id(): string {
    const own = firstLeaf(this.item, this.at, ["id"], tellingIdOf);
    if (own !== undefined) return this.told(own, "id");
    for (const pointer of this.around.idPointers) this.tell(pointer, "id");
    return `${this.around.conversationId}-${this.index + 1}`;
  }

  senderAndText(): Pick<Message, "sender" | "text"> {
    const text = firstLeaf(this.item, this.at, this.spelling.text, textOf);
    const event = firstLeaf(this.item, this.at, ["event"], tellingIdOf);
    // Only the old REST list of messages and events has this member; an entry with a text is a message all the same.
    if (text === undefined && event !== undefined) {
      this.tell(event.pointer, "sender");
      return { sender: "system", text: this.told(event, "text") };
    }
    return { sender: this.sender(), text: text === undefined ? "" : this.told(text, "text") };
  }

  author(): { author?: Agent } {
    const id = firstLeaf(this.item, this.at, ["operator_id"], idOf);
    if (this.passedOver !== undefined) this.tellUnlessRuled("operator_name", this.passedOver, "author/name");
    const author = presentOrNone({
      id: id === undefined ? undefined : this.told(id, "author/id"),
      name: this.name === undefined ? undefined : this.told(this.name, "author/name"),
    });
    return author === undefined ? {} : { author };
  }

  private sender(): Sender {
    const type = textOf(member(this.item, "type"));
    const byType = TYPES.get(type ?? "");
    if (byType !== undefined && this.spelling.ruled.has("type")) return byType;
    const operator = member(this.item, "operator_name");
    if (operator !== undefined) {
      this.tellUnlessRuled("operator_name", `${this.at}/operator_name`, "sender");
      return textOf(operator) ? "agent" : "visitor";
    }
    if (type !== undefined) this.tellUnlessRuled("type", `${this.at}/type`, "sender");
    return byType ?? this.guessedSender(type);
  }

  /** By the name alone: the contact's own, or none, is the contact's message. */
  private guessedSender(type: string | undefined): Sender {
    const { visitorName, context } = this.around;
    if (this.name !== undefined) this.tell(this.name.pointer, "sender");
    if (visitorName !== undefined) this.tell(visitorName.pointer, "sender");
    const isVisitor = this.name === undefined || this.name.value === visitorName?.value;
    const taken = isVisitor ? "visitor" : "agent";
    const pointer = type === undefined ? this.at : `${this.at}/type`;
    context.report("decode/unknown-sender", pointer, { value: type ?? this.name?.value ?? "", taken });
    return taken;
  }

  private told(leaf: Leaf<string>, place: string): string {
    this.tellUnlessRuled(leaf.pointer.slice(this.at.length + 1), leaf.pointer, place);
    return leaf.value;
  }

  private tellUnlessRuled(name: string, pointer: string, place: string): void {
    if (!this.spelling.ruled.has(name)) this.tell(pointer, place);
  }

  private tell(from: string, place: string): void {
    this.around.edges.push({ from, to: `/messages/${this.index}/${place}` });
  }
}

function writerName(item: Json, at: string, keys: readonly string[]): Writer {
  let passedOver: string | undefined;
  for (const key of keys) {
    const name = textOf(member(item, key));
    const pointer = `${at}/${key}`;
    // An empty operator_name says that the contact wrote; it is nobody's name.
    if (name === "" && key === "operator_name") passedOver = pointer;
    else if (name !== undefined) return { leaf: { value: name, pointer }, passedOver };
  }
  return { leaf: undefined, passedOver };
}

/** A body that chatx wrote of an agent whose name is an empty text. */
function namelessOperator(item: Json, at: string): Leaf<string> | undefined {
  const isNameless = member(item, "operator_name") === NAMELESS && member(item, "name") === "";
  return isNameless ? { value: "", pointer: `${at}/name` } : undefined;
}
