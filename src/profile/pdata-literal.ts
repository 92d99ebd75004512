import { type Json, type JsonObject, numberFrom, setMember } from "../json/value.ts";

/** A fault in a literal, at a UTF-16 index of its text. */
interface LiteralFault {
  readonly problem: string;
  readonly at: number;
}

export type LiteralResult =
  | { readonly ok: true; readonly value: JsonObject }
  | { readonly ok: false; readonly fault: LiteralFault };

const DEEPEST = 50;

/**
 * Reads jtel's spelling of `pdata`, the literal of a JavaScript object: `{name:'John Doe', email:'john@example.com'}`.
 * Names may go without quotes, texts stand in single or double quotes, a comma may end a list. It is read letter by
 * letter and never evaluated: calls, names of variables and template texts are faults. Of JavaScript it knows texts with
 * their escapes, decimal numbers (digits kept), true, false, null, lists and objects.
 */
export function parsePdataLiteral(text: string): LiteralResult {
  const reader = new LiteralReader(text);
  try {
    return { ok: true, value: reader.document() };
  } catch (error) {
    if (error instanceof Fault) return { ok: false, fault: { problem: error.message, at: error.at } };
    throw error;
  }
}

class Fault extends Error {
  readonly at: number;

  constructor(problem: string, at: number) {
    super(problem);
    this.at = at;
  }
}

const IDENTIFIER = /[\p{L}_$][\p{L}\p{N}_$]*/uy;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SPACE = /[\s\ufeff]*/y;

class LiteralReader {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  document(): JsonObject {
    this.skipSpace();
    if (this.text[this.at] !== "{") throw new Fault("pdata is an object: {name:'John Doe'}", this.at);
    const value = this.object(1);
    this.skipSpace();
    if (this.at < this.text.length) throw new Fault(`nothing may follow the object${this.found()}`, this.at);
    return value;
  }

  private value(depth: number): Json {
    this.skipSpace();
    const unit = this.text[this.at];
    if (depth > DEEPEST) throw new Fault(`values are nested deeper than ${DEEPEST} levels`, this.at);
    if (unit === "{") return this.object(depth + 1);
    if (unit === "[") return this.list(depth + 1);
    if (unit === "'" || unit === '"') return this.quoted(unit);
    const digits = this.match(NUMBER);
    if (digits !== undefined) {
      // 007 and 1_000 are other numbers in JavaScript than they look.
      if (/[\w.$]/.test(this.text[this.at] ?? ""))
        throw new Fault(`this is no decimal number${this.found()}`, this.at);
      return numberFrom(digits);
    }
    const start = this.at;
    const word = this.match(IDENTIFIER);
    if (word === "true" || word === "false") return word === "true";
    if (word === "null") return null;
    throw new Fault(
      "a value is a text in quotes, a number, true, false, null, a list or an object; nothing is evaluated",
      start,
    );
  }

  private object(depth: number): JsonObject {
    const result: Record<string, Json> = {};
    this.members("}", () => {
      const start = this.at;
      const name = this.name();
      if (Object.hasOwn(result, name)) throw new Fault("this name comes twice", start);
      this.skipSpace();
      if (this.text[this.at] !== ":") throw new Fault(`expected ":" after a name${this.found()}`, this.at);
      this.at++;
      setMember(result, name, this.value(depth));
    });
    return result;
  }

  private list(depth: number): Json[] {
    const result: Json[] = [];
    this.members("]", () => {
      result.push(this.value(depth));
    });
    return result;
  }

  /** What stands between the brackets, the reader being at the opening one. */
  private members(close: string, member: () => void): void {
    this.at++;
    for (;;) {
      this.skipSpace();
      if (this.text[this.at] === close) break;
      member();
      this.skipSpace();
      if (this.text[this.at] === ",") this.at++;
      else if (this.text[this.at] !== close)
        throw new Fault(`expected "," or "${close}"${this.found()}`, this.at);
    }
    this.at++;
  }

  private name(): string {
    const unit = this.text[this.at];
    if (unit === "'" || unit === '"') return this.quoted(unit);
    const name = this.match(IDENTIFIER);
    if (name === undefined) throw new Fault(`expected a name${this.found()}`, this.at);
    return name;
  }

  private quoted(quote: string): string {
    const start = this.at++;
    const parts: string[] = [];
    for (;;) {
      const unit = this.text[this.at];
      if (unit === undefined || unit === "\n" || unit === "\r")
        throw new Fault("this text has no closing quote", start);
      this.at++;
      if (unit === quote) return parts.join("");
      parts.push(unit === "\\" ? this.escaped() : unit);
    }
  }

  private escaped(): string {
    const start = this.at - 1;
    const unit = this.text[this.at++];
    if (unit === undefined) throw new Fault("this text has no closing quote", start);
    if (unit === "u" || unit === "x") return this.escapedCode(unit, start);
    if (/[1-9]/.test(unit) || (unit === "0" && /\d/.test(this.text[this.at] ?? "")))
      throw new Fault("an octal escape is not allowed; write \\xHH or \\uHHHH", start);
    // A backslash before the end of a line joins the two lines.
    if (unit === "\r" && this.text[this.at] === "\n") this.at++;
    return ESCAPES.get(unit) ?? unit;
  }

  private escapedCode(kind: string, start: number): string {
    const pattern = kind === "x" ? /([0-9a-fA-F]{2})/y : /\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{4})/y;
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    const code = Number.parseInt(match?.[1] ?? match?.[2] ?? "", 16);
    if (match === null || code > 0x10ffff) throw new Fault("this escape is not complete", start);
    this.at = pattern.lastIndex;
    return String.fromCodePoint(code);
  }

  private skipSpace(): void {
    this.match(SPACE);
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match === null) return undefined;
    this.at = pattern.lastIndex;
    return match[0];
  }

  private found(): string {
    const point = this.text.codePointAt(this.at);
    return point === undefined ? "; it ends here" : `, found ${JSON.stringify(String.fromCodePoint(point))}`;
  }
}

const ESCAPES = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ["b", "\b"],
  ["f", "\f"],
  ["v", "\v"],
  ["0", "\0"],
  ["\n", ""],
  ["\r", ""],
  ["\u2028", ""],
  ["\u2029", ""],
]);
