import { pointerOf } from "./pointer.ts";
import { type DuplicateKey, type JsonProblem, MAX_DEPTH, Stop } from "./problem.ts";
import { type Json, numberFrom, setMember } from "./value.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
/** What a reader takes for one word when it is shown where JSON wants something else. */
const WORD = /[\p{L}\p{N}_$.+-]{1,40}|./uy;
const SIMPLE_ESCAPES = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/** Reads one JSON text by recursive descent, and knows where it is when something is wrong. */
export class CarefulParser {
  readonly duplicateKeys: DuplicateKey[] = [];
  private readonly text: string;
  private at = 0;
  private depth = 0;
  /** The key or index being read on each level; undefined between members. */
  private readonly path: (string | number | undefined)[] = [];

  constructor(text: string) {
    this.text = text;
  }

  document(): Json {
    this.skipSpace();
    const value = this.value();
    this.skipSpace();
    if (this.at < this.text.length) this.unexpected("the end of the document");
    return value;
  }

  private value(): Json {
    switch (this.text.charCodeAt(this.at)) {
      case OPEN_BRACE:
        return this.nested(() => this.object());
      case OPEN_BRACKET:
        return this.nested(() => this.array());
      case QUOTE:
        return this.string();
      case 0x74:
        return this.literal("true", true);
      case 0x66:
        return this.literal("false", false);
      case 0x6e:
        return this.literal("null", null);
      default:
        return this.number();
    }
  }

  private nested<T>(read: () => T): T {
    if (++this.depth > MAX_DEPTH) this.stop("json/too-deep", this.at, this.at + 1);
    this.at++;
    this.path[this.depth - 1] = undefined;
    const value = read();
    this.path[this.depth - 1] = undefined;
    this.depth--;
    return value;
  }

  private object(): Json {
    const object: Record<string, Json> = {};
    this.skipSpace();
    if (this.take(CLOSE_BRACE)) return object;
    for (;;) {
      const keyAt = this.at;
      if (this.text.charCodeAt(keyAt) !== QUOTE) this.unexpected("a key in double quotes");
      const key = this.string();
      this.path[this.depth - 1] = key;
      if (Object.hasOwn(object, key)) {
        this.duplicateKeys.push({ key, pointer: this.pointer(), offset: keyAt, end: this.at });
      }
      this.skipSpace();
      if (!this.take(COLON)) this.unexpected('":" after the key');
      this.skipSpace();
      setMember(object, key, this.value());
      this.path[this.depth - 1] = undefined;
      this.skipSpace();
      if (this.take(CLOSE_BRACE)) return object;
      this.comma(CLOSE_BRACE, '"," or "}"');
    }
  }

  private array(): Json {
    const items: Json[] = [];
    this.skipSpace();
    if (this.take(CLOSE_BRACKET)) return items;
    for (;;) {
      this.path[this.depth - 1] = items.length;
      items.push(this.value());
      this.path[this.depth - 1] = undefined;
      this.skipSpace();
      if (this.take(CLOSE_BRACKET)) return items;
      this.comma(CLOSE_BRACKET, '"," or "]"');
    }
  }

  private comma(close: number, expected: string): void {
    const commaAt = this.at;
    if (!this.take(COMMA)) this.unexpected(expected);
    this.skipSpace();
    if (this.text.charCodeAt(this.at) === close) {
      this.stop("json/trailing-comma", commaAt, commaAt + 1, "", this.text[this.at]);
    }
  }

  private string(): string {
    const text = this.text;
    const start = ++this.at;
    let at = start;
    for (;;) {
      const unit = text.charCodeAt(at);
      if (unit === QUOTE) {
        this.at = at + 1;
        return text.slice(start, at);
      }
      if (unit === BACKSLASH) return this.escapedString(start, at);
      this.refuseInString(unit, at);
      at++;
    }
  }

  private escapedString(start: number, firstEscape: number): string {
    const text = this.text;
    let result = text.slice(start, firstEscape);
    let at = firstEscape;
    let plainFrom = at;
    for (;;) {
      const unit = text.charCodeAt(at);
      if (unit === QUOTE) {
        this.at = at + 1;
        return result + text.slice(plainFrom, at);
      }
      if (unit === BACKSLASH) {
        result += text.slice(plainFrom, at);
        this.at = at;
        result += this.escape();
        at = this.at;
        plainFrom = at;
        continue;
      }
      this.refuseInString(unit, at);
      at++;
    }
  }

  private refuseInString(unit: number, at: number): void {
    if (Number.isNaN(unit))
      this.stop("json/unexpected-end", this.text.length, this.text.length, 'the closing "\\""');
    if (unit < 0x20) this.stop("json/control-character", at, at + 1, "", `U+${hex4(unit)}`);
  }

  /** Reads one escape, or the two of a surrogate pair, at `this.at`. */
  private escape(): string {
    const at = this.at;
    const letter = this.text[at + 1];
    if (letter === undefined) this.endsInEscape();
    const simple = SIMPLE_ESCAPES.get(letter);
    if (simple !== undefined) {
      this.at = at + 2;
      return simple;
    }
    const unit = this.hexEscape(at);
    this.at = at + 6;
    if (unit < 0xd800 || unit > 0xdfff) return String.fromCharCode(unit);
    const next = unit <= 0xdbff && this.text.startsWith("\\u", at + 6) ? this.hexEscape(at + 6) : 0;
    if (next < 0xdc00 || next > 0xdfff) {
      this.stop("json/lone-surrogate", at, at + 6, "", this.text.slice(at, at + 6));
    }
    this.at = at + 12;
    return String.fromCharCode(unit, next);
  }

  private hexEscape(at: number): number {
    const spelled = this.text.slice(at, at + 6);
    if (/^\\u[0-9a-fA-F]{4}$/.test(spelled)) return Number.parseInt(spelled.slice(2), 16);
    if (/^\\u[0-9a-fA-F]{0,3}$/.test(spelled)) this.endsInEscape();
    this.stop("json/bad-escape", at, Math.min(at + 2, this.text.length), "", spelled.slice(0, 2));
  }

  private endsInEscape(): never {
    this.stop("json/unexpected-end", this.text.length, this.text.length, "the rest of an escape");
  }

  private number(): Json {
    NUMBER.lastIndex = this.at;
    const token = NUMBER.exec(this.text)?.[0];
    if (token === undefined) this.unexpected("a value");
    const end = this.at + token.length;
    // "01", "1.", "1e", "0x1f", "1_000": a digit, dot or letter right after the token belongs to a broken number.
    if (/[0-9A-Za-z_.+-]/.test(this.text.charAt(end))) this.unexpected("a number as JSON spells it");
    this.at = end;
    return numberFrom(token);
  }

  private literal(word: string, value: Json): Json {
    if (
      !this.text.startsWith(word, this.at) ||
      /[0-9A-Za-z_$]/.test(this.text.charAt(this.at + word.length))
    ) {
      this.unexpected("a value");
    }
    this.at += word.length;
    return value;
  }

  private take(unit: number): boolean {
    if (this.text.charCodeAt(this.at) !== unit) return false;
    this.at++;
    return true;
  }

  private skipSpace(): void {
    for (;;) {
      const unit = this.text.charCodeAt(this.at);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
      this.at++;
    }
  }

  private unexpected(expected: string): never {
    if (this.at >= this.text.length) {
      this.stop("json/unexpected-end", this.text.length, this.text.length, expected);
    }
    WORD.lastIndex = this.at;
    const found = WORD.exec(this.text)?.[0] ?? this.text.charAt(this.at);
    this.stop("json/syntax", this.at, this.at + found.length, expected, found);
  }

  private stop(code: JsonProblem["code"], offset: number, end: number, expected = "", found = ""): never {
    throw new Stop({ code, offset, end, expected, found, pointer: this.pointer() });
  }

  private pointer(): string {
    const known: (string | number)[] = [];
    for (let level = 0; level < this.depth; level++) {
      const part = this.path[level];
      if (part === undefined) break;
      known.push(part);
    }
    return pointerOf(known);
  }
}

function hex4(unit: number): string {
  return unit.toString(16).toUpperCase().padStart(4, "0");
}
