import { decodeUtf8, encodeUtf8 } from "../json/text.ts";
import { DECODINGS, endOf, LINE_BREAKS, startOf, type Traced, undo } from "./decodings.ts";
import {
  formsOf,
  type SecretForm,
  SHORTEST_SECRET,
  SHORTEST_SECRET_NUMBER,
  secretsIn,
} from "./secret-forms.ts";

export { SHORTEST_SECRET };

/** What stands for a secret. It is harmless in JSON, XML, HTML, URLs and headers. */
const MASK = "***";

/** How many encodings inside one another are seen through: a JSON string inside a JSON string inside a URL. */
const DEEPEST_NESTING = 3;

/** A secret that is too short to be masked: nothing may be started with it. */
export class SecretTooShort extends RangeError {
  /** @param name  Of the variable or option; never the secret. */
  constructor(name: string) {
    super(
      `the secret ${name} has fewer than ${SHORTEST_SECRET} characters; it could not be masked in reports`,
    );
  }
}

/**
 * Masks secrets in any text: as they are, in Base64 (any alignment, both alphabets), hexadecimal, percent-, JSON- and
 * XML-escaped, and these inside one another. Secrets may be added at any time; a text is masked with those known then.
 */
export class Redactor {
  private readonly forms = new Map<string, readonly SecretForm[]>();
  /** Numbers that are masked in exchanges alone. */
  private readonly numbers = new Set<string>();

  /**
   * Adds a secret and what is secret in it (see `secretsIn`). One that is known already costs nothing.
   *
   * @param name  For the error; never the secret.
   * @param isNumber  Of a JSON number: one of few digits is masked in exchanges only, one of fewer than four nowhere.
   * @throws {SecretTooShort} For a text of fewer than four characters (an empty one would match everywhere).
   */
  add(secret: string, name: string, isNumber = false): void {
    if (this.forms.has(secret)) return;
    if (isNumber && secret.length < SHORTEST_SECRET_NUMBER) {
      if (secret.length >= SHORTEST_SECRET) this.numbers.add(secret);
      return;
    }
    if (secret.length < SHORTEST_SECRET) throw new SecretTooShort(name);
    for (const one of secretsIn(secret)) this.forms.set(one, formsOf(one));
  }

  /**
   * For what was sent and answered: knows the short numbers too, and secrets of this exchange alone, those of them that
   * can be masked.
   */
  forExchange(secrets: readonly string[]): Redactor {
    const own = [...this.numbers, ...secrets.flatMap(secretsIn)];
    if (own.length === 0) return this;
    const redactor = new Redactor();
    for (const [secret, forms] of this.forms) redactor.forms.set(secret, forms);
    for (const secret of own) redactor.add(secret, "of an exchange");
    return redactor;
  }

  /**
   * The text with `***` for every secret. Time grows linearly with its length.
   *
   * @param isClipped  True where the text was cut off: then a secret's beginning at its end is masked too.
   */
  redact(text: string, isClipped = false): string {
    if (this.forms.size === 0 || text === "") return text;
    return masked(text, this.rangesIn(text, isClipped));
  }

  /** The same for bytes; what is not UTF-8 is searched byte by byte. Gives back the same array where nothing is masked. */
  redactBytes(bytes: Uint8Array, isClipped = false): Uint8Array {
    if (this.forms.size === 0) return bytes;
    const text = decodeUtf8(bytes);
    if (text !== undefined) {
      const result = this.redact(text, isClipped);
      return result === text ? bytes : encodeUtf8(result);
    }
    const units = latin1(bytes);
    const result = masked(units, this.rangesIn(units, isClipped, true));
    return result === units ? bytes : Uint8Array.from(result, (unit) => unit.charCodeAt(0));
  }

  private rangesIn(text: string, isClipped: boolean, isBinary = false): Range[] {
    const ranges: Range[] = [];
    const forms = [...this.forms.values()].flat();
    const wanted = isBinary ? forms.map((form) => ({ ...form, text: latin1(encodeUtf8(form.text)) })) : forms;
    eachView({ text }, 0, (view) => {
      for (const form of wanted) {
        findAll(view, form, ranges);
        if (isClipped) findCut(view, form.text, ranges);
      }
    });
    return ranges;
  }
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** The text as it is and with its encodings undone, in every order that changes something. */
function eachView(view: Traced, depth: number, visit: (view: Traced) => void): void {
  visit(view);
  // Base64 and hex have no escapes of their own: with the line breaks gone there is nothing left to undo.
  const joined = undo(view, LINE_BREAKS);
  if (joined !== undefined) visit(joined);
  if (depth === DEEPEST_NESTING) return;
  for (const decoding of DECODINGS) {
    const inner = undo(view, decoding);
    if (inner !== undefined) eachView(inner, depth + 1, visit);
  }
}

function findAll(view: Traced, form: SecretForm, ranges: Range[]): void {
  const { text } = view;
  for (let at = text.indexOf(form.text); at >= 0; at = text.indexOf(form.text, at + 1)) {
    const start = Math.max(0, at - form.before);
    const end = Math.min(text.length, at + form.text.length + form.after);
    ranges.push({ start: startOf(view, start), end: endOf(view, end - 1) });
  }
}

/** The longest beginning of a secret (of four units and more) that ends the text. */
function findCut(view: Traced, secret: string, ranges: Range[]): void {
  const { text } = view;
  const longest = Math.min(secret.length - 1, text.length);
  for (let length = longest; length >= SHORTEST_SECRET; length--) {
    if (!text.endsWith(secret.slice(0, length))) continue;
    ranges.push({ start: startOf(view, text.length - length), end: endOf(view, text.length - 1) });
    return;
  }
}

function masked(text: string, ranges: Range[]): string {
  if (ranges.length === 0) return text;
  ranges.sort((a, b) => a.start - b.start);
  const parts: string[] = [];
  let at = 0;
  for (const { start, end } of ranges) {
    // Ranges that touch or overlap are one secret to the reader.
    if (start > at || parts.length === 0) parts.push(text.slice(at, start), MASK);
    at = Math.max(at, end);
  }
  parts.push(text.slice(at));
  return parts.join("");
}

function latin1(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 8192) {
    parts.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  }
  return parts.join("");
}
