import { InstantWriter } from "./instant-writer.ts";
import { type Literal, literal } from "./literal.ts";
import { Output } from "./output.ts";
import { copyText } from "./text.ts";

/** What is kept free in front of the messages: 40 bytes of names, an id of at most 41, a time of at most 24. */
const HEAD_BYTES = 128;
/** A message but its text: 44 bytes of names, an id of at most 52, a role of at most 13, a time of at most 24. */
const MESSAGE_BYTES = 192;

/** The end of a message and the beginning of the next. */
const NEXT_MESSAGE = literal('"},{"id":"');
const END_OF_MESSAGE = '"},'.length;
const LAST_MESSAGE_AT = literal('","lastMessageAt":"');
const MESSAGES = literal('","messages":[');
const CREATED_AT = literal(',"createdAt":"');
const END = literal('"}]}');

/**
 * Writes one Ferndesk conversation as `stringifyJson` spells it. `lastMessageAt` stands in front of the messages but is
 * only known behind them, so the head is written last, up to where the messages begin.
 */
export class ConversationWriter {
  /** The conversation's id; plain ASCII that needs no escape. */
  id = "";
  private readonly output = new Output();
  private readonly instants = new InstantWriter();
  private readonly roleOfVisitor = literal('","role":"user","content":');
  private readonly roleOfAgent: Literal;
  /** Bytes from one message to the next, and through its id to the position. The first stand at HEAD_BYTES. */
  private messageHead = 0;
  private lastSentAt = -1;
  private start = 0;

  constructor(agentRole: string) {
    this.roleOfAgent = literal(`","role":"${agentRole}","content":`);
  }

  begin(id: string): void {
    this.id = id;
    this.messageHead = 0;
    this.lastSentAt = -1;
    this.output.clear(HEAD_BYTES);
  }

  /**
   * Writes a message whose text is the JSON string at `at`; its time must follow.
   *
   * @param position  In the vendor's list, from 1.
   * @returns Where the string ends; -1 unless it is valid. UTF-8 is not looked at.
   */
  message(position: number, isAgent: boolean, view: DataView, at: number, end: number): number {
    const { output } = this;
    output.reserve(MESSAGE_BYTES);
    if (this.messageHead === 0) this.firstHead();
    else output.putAgain(HEAD_BYTES, this.messageHead);
    output.putCount(position);
    output.put(isAgent ? this.roleOfAgent : this.roleOfVisitor);
    return copyText(view, at, end, output);
  }

  private firstHead(): void {
    const { output } = this;
    output.put(NEXT_MESSAGE);
    output.putAscii(this.id);
    output.putAscii("-");
    this.messageHead = output.length - HEAD_BYTES;
  }

  /** Completes a message with its time, in milliseconds since 1970. Times never go back. */
  time(sentAt: number): void {
    const { output } = this;
    output.reserve(MESSAGE_BYTES);
    output.put(CREATED_AT);
    this.instants.write(sentAt, output);
    this.lastSentAt = sentAt;
  }

  /** Completes the conversation. False where it has no message. */
  finish(): boolean {
    const { output } = this;
    if (this.lastSentAt < 0) return false;
    output.reserve(END.length);
    output.put(END);
    const { length } = output;
    // The head goes to the beginning of the free space first, to learn its length, and then up to the first message;
    // what would be the end of a message before that one is written over.
    output.length = 0;
    const firstMessage = HEAD_BYTES + END_OF_MESSAGE;
    output.putAgain(firstMessage, NEXT_MESSAGE.length - END_OF_MESSAGE + this.id.length);
    output.put(LAST_MESSAGE_AT);
    this.instants.write(this.lastSentAt, output);
    output.put(MESSAGES);
    this.start = firstMessage - output.length;
    output.bytes.copyWithin(this.start, 0, output.length);
    output.length = length;
    return true;
  }

  /** The finished conversation; valid until the next one begins. */
  get result(): Uint8Array {
    return this.output.bytes.subarray(this.start, this.output.length);
  }
}
