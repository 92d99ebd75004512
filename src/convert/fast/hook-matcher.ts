import { ConversationWriter } from "./ferndesk-writer.ts";
import { LEAF, type LeafCounts } from "./hook-leaves.ts";
import {
  ACCOUNT_ID,
  AGENT_TYPE,
  BEGIN_AT,
  BOT_WORDS,
  CHANNEL,
  CHANNEL_ID,
  CHANNEL_SHAPE,
  CONTENT,
  END_AT,
  FLAG,
  FROM,
  HOOK_SHAPE,
  INTEGER_OR_NULL,
  MESSAGE_SHAPE,
  MESSAGES,
  PAIR_SHAPE,
  PATH_SHAPE,
  PATHS,
  SCALAR,
  type Shape,
  SYSTEM_CODES,
  SYSTEM_TYPE,
  TEXT_OR_NULL,
  TRIGGERED_BY,
  TYPE,
  TYPES,
  VARIABLES,
  VISITOR,
  VISITOR_SHAPE,
} from "./hook-shape.ts";
import { LATEST_MS } from "./instant-writer.ts";
import { standsAt } from "./literal.ts";
import { ValueReader } from "./value-reader.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const LETTER_B = 0x62;
const LETTER_N = 0x6e;
const LETTER_S = 0x73;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Reads a Smartsupp hook body straight from its bytes and writes the Ferndesk conversation, in one go. It only knows
 * compact JSON with the documented keys in their order. On everything that is not plainly what the schema wants, or
 * that would be reported, it gives up with -1, and nothing has happened.
 *
 * One table and few calls rather than code for each member: that is compiled in a third of the time, and a file of some
 * megabytes is at its end before much could be compiled.
 */
export class HookMatcher extends ValueReader {
  readonly writer: ConversationWriter;
  private readonly leaves: LeafCounts;
  private account = 0;
  private beginAt = 0;
  private type = 0;
  private sentAt = 0;
  private position = 0;
  /** Whether the message's `from` makes it a robot's if it has no trigger. */
  private isFromBot = false;
  private isFromNull = false;

  constructor(agentRole: string, leaves: LeafCounts) {
    super();
    this.writer = new ConversationWriter(agentRole);
    this.leaves = leaves;
  }

  /**
   * Where the body ends that begins at `start`; -1 where it is left to others. Whether it is valid UTF-8 is not looked
   * at. The conversation is in `writer`, and its leaves are counted as those of the record.
   */
  match(bytes: Uint8Array, start: number, end: number): number {
    this.open(bytes, end);
    this.leaves.begin();
    this.position = 0;
    this.sentAt = 0;
    const at = this.object(HOOK_SHAPE, start);
    return at >= 0 && this.writer.finish() ? at : -1;
  }

  private object({ members, lastRequired, emptyLeaf }: Shape, start: number): number {
    if (this.byteAt(start) !== OPEN_BRACE) return -1;
    const { leaves, view, end } = this;
    let at = start + 1;
    if (this.byteAt(at) === CLOSE_BRACE) {
      leaves.add(emptyLeaf);
      return lastRequired < 0 ? at + 1 : -1;
    }
    for (let k = 0; k < members.length; k++) {
      const { key, value, leaf, isOptional } = members[k]!;
      if (!standsAt(key, view, at, end)) {
        if (isOptional) continue;
        return -1;
      }
      at += key.length;
      // A null without a place is no loss; only that of an author may say that a robot wrote.
      if (value === FROM || this.byteAt(at) !== LETTER_N) leaves.add(leaf);
      at = this.value(value, at);
      const byte = this.byteAt(at++);
      if (byte === CLOSE_BRACE) return k >= lastRequired ? at : -1;
      if (byte !== COMMA) return -1;
    }
    return -1;
  }

  private value(kind: number, at: number): number {
    const byte = this.byteAt(at);
    switch (kind) {
      case FLAG:
        return this.flag(at);
      case INTEGER_OR_NULL:
        return byte === LETTER_N ? this.null(at) : this.integer(at);
      case TEXT_OR_NULL:
        break;
      case TRIGGERED_BY:
        if (byte === QUOTE) this.isFromBot = false;
        break;
      case FROM:
        this.isFromNull = byte === LETTER_N;
        if (this.type === AGENT_TYPE && !this.isFromOfAgent(byte, at)) return -1;
        if (byte !== QUOTE && byte !== LETTER_N) return this.integer(at);
        break;
      case TYPE:
        return this.typeOf(at);
      case CONTENT:
        return this.content(at);
      case CHANNEL:
        return this.object(CHANNEL_SHAPE, at);
      case VISITOR:
        return this.object(VISITOR_SHAPE, at);
      case VARIABLES:
        return this.variablesOf(byte, at);
      case PATHS:
      case MESSAGES:
        return byte === OPEN_BRACKET ? this.list(kind, at + 1) : -1;
      case SCALAR:
        return this.scalar(at);
      default:
        return this.fact(kind, at);
    }
    return byte === LETTER_N ? this.null(at) : this.text(at);
  }

  /** A number that has a part in the output, or that others are held against. */
  private fact(kind: number, at: number): number {
    const next = this.integer(at);
    const { number } = this;
    if (next < 0) return -1;
    switch (kind) {
      case ACCOUNT_ID:
        this.account = number;
        return next;
      case CHANNEL_ID:
        this.writer.begin(`smartsupp-${this.account}-${number}`);
        return next;
      case BEGIN_AT:
        this.beginAt = number;
        return next;
      case END_AT:
        return number >= this.beginAt && number <= LATEST_MS ? next : -1;
      default:
        return this.sent(number) ? next : -1;
    }
  }

  private sent(sentAt: number): boolean {
    if (sentAt < this.sentAt || sentAt > LATEST_MS) return false;
    this.sentAt = sentAt;
    if (this.type === SYSTEM_TYPE) this.leaves.add(LEAF.sentAtLeftOut);
    else this.writer.time(sentAt);
    return true;
  }

  private typeOf(at: number): number {
    const type = this.oneOf(TYPES, at);
    if (type < 0) return -1;
    this.type = type;
    if (type === SYSTEM_TYPE) this.leaves.add(LEAF.typeLeftOut);
    return at + TYPES[type]!.length;
  }

  /** Whether it is clear at a glance if the `from` of an agent's message makes it a robot's. */
  private isFromOfAgent(byte: number, at: number): boolean {
    const letter = byte === QUOTE ? this.byteAt(at + 1) : -1;
    // The words for a robot begin so, or are spelled with escapes.
    const isWord = letter === LETTER_B || letter === LETTER_S || letter === BACKSLASH;
    this.isFromBot = byte === LETTER_N || isWord;
    return !isWord || this.oneOf(BOT_WORDS, at) >= 0;
  }

  private content(at: number): number {
    if (this.type !== SYSTEM_TYPE) {
      return this.writer.message(this.position, this.type === AGENT_TYPE, this.view, at, this.end);
    }
    const code = this.oneOf(SYSTEM_CODES, at);
    if (code < 0) return -1;
    this.leaves.add(LEAF.contentLeftOut);
    return at + SYSTEM_CODES[code]!.length;
  }

  private list(kind: number, start: number): number {
    let at = start;
    if (this.byteAt(at) === CLOSE_BRACKET) {
      this.leaves.add(LEAF.noPaths);
      return kind === PATHS ? at + 1 : -1;
    }
    for (;;) {
      at = kind === PATHS ? this.object(PATH_SHAPE, at) : this.message(at);
      const byte = this.byteAt(at++);
      if (byte === CLOSE_BRACKET) return at;
      if (byte !== COMMA) return -1;
    }
  }

  private message(start: number): number {
    this.position++;
    this.isFromBot = false;
    this.isFromNull = false;
    const at = this.object(MESSAGE_SHAPE, start);
    if (this.isFromBot) this.leaves.add(LEAF.fromOfBot);
    else if (this.isFromNull) this.leaves.add(LEAF.fromNull);
    return at;
  }

  private variablesOf(byte: number, start: number): number {
    const { leaves, view, end } = this;
    const { variables } = leaves;
    const isEmpty = byte === OPEN_BRACE && this.byteAt(start + 1) === CLOSE_BRACE;
    if (byte === LETTER_N) return this.null(start);
    if (isEmpty) {
      leaves.add(LEAF.noVariables);
      return start + 2;
    }
    if (byte !== OPEN_BRACE) return -1;
    let at = start + 1;
    for (;;) {
      at = variables.take(view, at, end);
      if (at < 0) return -1;
      at = variables.isPair ? this.object(PAIR_SHAPE, at) : this.scalar(at);
      const next = this.byteAt(at++);
      if (next === CLOSE_BRACE) return at;
      if (next !== COMMA) return -1;
    }
  }
}
