import type { DiagnosticArgs } from "../../diagnostics/diagnostic.ts";
import { parseJson } from "../../json/parse.ts";
import { typeName } from "../../json/value.ts";

/** So much of what is no document is looked at to say what it is. */
const LOOKED_AT = 65_536;
const SHOWN = 60;
const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;

type Odd = "check/empty-body" | "check/markup" | "check/root-not-object" | "check/not-json";

/** Why a text cannot be the document, by its beginning. */
export type OddOpening = {
  [C in Odd]: { readonly code: C; readonly args: DiagnosticArgs[C] };
}[Odd];

/** Looks at the beginning of a text: only what begins like an object or a list goes to the parser. */
export class Opening {
  /** It begins with a byte order mark. */
  hasMark = false;
  /** It begins like a list. */
  isList = false;
  #isPassed = false;
  #hasBegun = false;
  #held: Buffer = Buffer.alloc(0);

  /** @returns What goes to the parser; undefined while the text is held back. */
  push(chunk: Uint8Array): Uint8Array | undefined {
    if (this.#isPassed) return chunk;
    this.#held = Buffer.concat([this.#held, chunk]);
    const at = this.#firstByte();
    const first = this.#held[at];
    if (first !== undefined && first !== OPEN_BRACE && first !== OPEN_BRACKET) return undefined;
    this.isList = first === OPEN_BRACKET;
    this.#isPassed = first !== undefined;
    const passed = this.#held;
    this.#hasBegun ||= passed.length > 0;
    this.#held = Buffer.alloc(0);
    return passed;
  }

  /** Enough is held to say that it is no document. */
  get isKnown(): boolean {
    return this.#held.length >= LOOKED_AT;
  }

  /** @returns Undefined where the text went to the parser. */
  end(): OddOpening | undefined {
    if (this.#isPassed) return undefined;
    const text = this.#held.toString("utf8", this.#firstByte());
    if (text === "") return { code: "check/empty-body", args: {} };
    if (text.startsWith("<")) return { code: "check/markup", args: { what: markup(text) } };
    const json = parseJson(text);
    if (json.ok) return { code: "check/root-not-object", args: { found: typeName(json.value) } };
    return { code: "check/not-json", args: { start: text.slice(0, SHOWN) } };
  }

  /** Index of the first byte that is neither mark nor white space. */
  #firstByte(): number {
    const held = this.#held;
    const isMark = !this.#hasBegun && held[0] === 0xef && held[1] === 0xbb && held[2] === 0xbf;
    this.hasMark ||= isMark;
    let at = isMark ? 3 : 0;
    while (at < held.length && (held[at] === 0x20 || (held[at]! >= 0x09 && held[at]! <= 0x0d))) at++;
    return at;
  }
}

const LOGIN =
  /<input[^>]+type\s*=\s*["']?password|\b(?:log|sign)[ -]?in\b|\banmelden\b|\bse connecter\b|\biniciar sesi/i;

function markup(text: string): string {
  if (!/<(?:!doctype html|html|head|body|title|div|h1|p)\b/i.test(text)) return "an XML document";
  if (LOGIN.test(text)) return "a login page (HTML)";
  const title = /<title[^>]*>\s*([^<]{1,80}?)\s*<\/title>/i.exec(text)?.[1];
  return title === undefined ? "a web page (HTML)" : `a web page (HTML) with the title "${title}"`;
}
