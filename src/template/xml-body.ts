import { NOT_XML } from "./characters.ts";
import type { HoledText } from "./holed-text.ts";
import type { Place } from "./types.ts";

/**
 * The place of every variable of an XML template: text, or a quoted attribute value.
 *
 * The template is checked to be well-formed XML 1.0 in UTF-8 without a DTD, variables counting as letters.
 *
 * @returns By index of the stand-in.
 * @throws {TemplateError} For text that is not well-formed, and a variable in a name, a comment, a CDATA section,
 * a processing instruction, a reference or a namespace.
 */
export function placesInXml(holed: HoledText): Map<number, Place> {
  return new XmlScanner(holed).document();
}

const NAME_START =
  ":A-Z_a-z\\u{c0}-\\u{d6}\\u{d8}-\\u{f6}\\u{f8}-\\u{2ff}\\u{370}-\\u{37d}\\u{37f}-\\u{1fff}\\u{200c}\\u{200d}\\u{2070}-\\u{218f}\\u{2c00}-\\u{2fef}\\u{3001}-\\u{d7ff}\\u{f900}-\\u{fdcf}\\u{fdf0}-\\u{fffd}\\u{10000}-\\u{effff}";
const NAME = new RegExp(
  `[${NAME_START}][${NAME_START}.0-9\\u{b7}\\u{300}-\\u{36f}\\u{203f}\\u{2040}-]*`,
  "uy",
);
const SPACE = /[ \t\r\n]*/y;
const REFERENCE = /&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});/y;
const DECLARATION =
  /<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(["'])1\.0\1(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(["'])([A-Za-z0-9._-]+)\2)?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(["'])(?:yes|no)\4)?[ \t\r\n]*\?>/y;

class XmlScanner {
  private readonly holed: HoledText;
  private readonly text: string;
  private readonly places = new Map<number, Place>();
  private readonly open: string[] = [];
  private at = 0;
  private hasRoot = false;

  constructor(holed: HoledText) {
    this.holed = holed;
    this.text = holed.text;
  }

  document(): Map<number, Place> {
    const bad = this.text.search(NOT_XML);
    if (bad >= 0) this.fail("XML 1.0 cannot hold this character", bad);
    this.declaration();
    while (this.at < this.text.length) {
      if (this.text[this.at] === "<") this.markup();
      else this.characters();
    }
    const unclosed = this.open.at(-1);
    if (unclosed !== undefined) this.fail(`<${unclosed}> is not closed`, this.text.length);
    if (!this.hasRoot) this.fail("the template has no element", this.text.length);
    return this.places;
  }

  private declaration(): void {
    if (!/^<\?xml[ \t\r\n]/.test(this.text)) return;
    const match = this.match(DECLARATION);
    if (match === undefined) this.fail('expected <?xml version="1.0" encoding="UTF-8"?>', 0);
    this.literalOnly(0, this.at, "an XML declaration");
    const encoding = match[3];
    if (encoding !== undefined && encoding.toLowerCase() !== "utf-8") {
      this.fail("what templates give is UTF-8; the declaration names another encoding", 0);
    }
  }

  private markup(): void {
    const { text, at } = this;
    if (text.startsWith("<!--", at)) this.comment();
    else if (text.startsWith("<![CDATA[", at)) this.cdata();
    else if (text.startsWith("<!", at)) this.fail("a template has no DTD", at);
    else if (text.startsWith("<?", at)) this.instruction();
    else if (text.startsWith("</", at)) this.endTag();
    else this.startTag();
  }

  private comment(): void {
    const start = this.at;
    const end = this.until("--", start + 4, "a comment");
    this.literalOnly(start, end, "a comment");
    if (this.text[end] !== ">") this.fail('"--" cannot stand inside a comment', end - 2);
    this.at = end + 1;
  }

  private cdata(): void {
    const start = this.at;
    if (this.open.length === 0) this.fail("a CDATA section stands outside of the root element", start);
    this.at = this.until("]]>", start + 9, "a CDATA section");
    this.literalOnly(start, this.at, "a CDATA section");
  }

  private instruction(): void {
    const start = this.at;
    this.at = start + 2;
    const target = this.name("a processing instruction");
    if (target.toLowerCase() === "xml") this.fail("an XML declaration stands at the very start", start);
    this.at = this.until("?>", this.at, "a processing instruction");
    this.literalOnly(start, this.at, "a processing instruction");
  }

  /** Index after the next `close`. */
  private until(close: string, from: number, what: string): number {
    const found = this.text.indexOf(close, from);
    if (found < 0) this.fail(`${what} is not closed`, this.at);
    return found + close.length;
  }

  private endTag(): void {
    const start = this.at;
    this.at += 2;
    const name = this.name("a tag");
    this.match(SPACE);
    this.expect(">", "a tag");
    const opened = this.open.pop();
    if (opened === name) return;
    this.fail(
      opened === undefined ? `</${name}> closes nothing` : `expected </${opened}>, found </${name}>`,
      start,
    );
  }

  private startTag(): void {
    const start = this.at;
    if (this.open.length === 0 && this.hasRoot) this.fail("a second root element", start);
    this.at++;
    const name = this.name("a tag");
    this.hasRoot = true;
    const seen = new Set<string>();
    for (;;) {
      const isSpaced = this.match(SPACE)![0] !== "";
      if (this.text[this.at] === ">" || this.text[this.at] === "/") break;
      if (!isSpaced) this.expect(">", "a tag");
      this.attribute(seen);
    }
    if (this.text[this.at] === "/") this.at++;
    else this.open.push(name);
    this.expect(">", "a tag");
  }

  private attribute(seen: Set<string>): void {
    const start = this.at;
    const name = this.name("a tag");
    if (seen.has(name)) this.fail("an attribute that its element has already", start);
    seen.add(name);
    this.match(SPACE);
    this.expect("=", "a tag");
    this.match(SPACE);
    const quote = this.text[this.at];
    if (quote !== '"' && quote !== "'") this.unexpected("a quoted attribute value");
    const from = this.at + 1;
    const end = this.until(quote, from, "an attribute value") - 1;
    // A namespace decides what the names mean: it is structure, not data.
    if (/^xmlns(?::|$)/.test(name)) this.literalOnly(from, end, "a namespace");
    this.content(from, end, "xml-attribute");
    this.at = end + 1;
  }

  private characters(): void {
    const start = this.at;
    const next = this.text.indexOf("<", start);
    const end = next < 0 ? this.text.length : next;
    if (this.open.length === 0) {
      const at = start + this.text.slice(start, end).search(/[^ \t\r\n]/);
      if (at >= start) this.unexpectedAt("an element", at);
    }
    this.content(start, end, "xml-text");
    this.at = end;
  }

  /** Text or an attribute's value: references are whole, and the variables in it get their place. */
  private content(start: number, end: number, place: Place): void {
    let brackets = 0;
    for (let at = start; at < end; at++) {
      // A value may be empty, so that what stands before and behind it meets.
      if (this.holed.holes.has(at)) {
        this.places.set(at, place);
        continue;
      }
      const unit = this.text[at];
      if (unit === "&") this.reference(at);
      if (unit === "<") this.fail('"<" cannot stand in an attribute value; write &lt;', at);
      if (unit === ">" && brackets >= 2 && place === "xml-text")
        this.fail('"]]>" cannot stand in text; write ]]&gt;', at);
      brackets = unit === "]" ? brackets + 1 : 0;
    }
  }

  private reference(at: number): void {
    REFERENCE.lastIndex = at;
    const match = REFERENCE.exec(this.text)?.[0];
    if (match === undefined || this.holed.holeIn(at, at + match.length) !== undefined) {
      this.fail('"&" starts no reference that XML knows; write &amp;', at);
    }
    if (!match.startsWith("&#")) return;
    const code = match[2] === "x" ? Number.parseInt(match.slice(3), 16) : Number.parseInt(match.slice(2), 10);
    const isChar = code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) && code > 0;
    if (!isChar || NOT_XML.test(String.fromCodePoint(code)))
      this.fail("XML 1.0 cannot hold this character", at);
  }

  /** A name of literal text at `this.at`. */
  private name(where: string): string {
    const start = this.at;
    const name = this.match(NAME)?.[0];
    if (name === undefined) this.unexpected("a name");
    this.literalOnly(start, this.at, where);
    return name;
  }

  private match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match === null) return undefined;
    this.at = pattern.lastIndex;
    return match;
  }

  private expect(character: string, where: string): void {
    this.literalOnly(this.at, this.at + 1, where);
    if (this.text[this.at] !== character) this.unexpected(`"${character}"`);
    this.at++;
  }

  private literalOnly(start: number, end: number, where: string): void {
    const hole = this.holed.holeIn(start, end);
    if (hole !== undefined) {
      this.fail(
        `a variable cannot stand in ${where}: XML takes one in text or a quoted attribute value`,
        hole,
      );
    }
  }

  private unexpected(expected: string): never {
    this.unexpectedAt(expected, this.at);
  }

  private unexpectedAt(expected: string, at: number): never {
    if (at >= this.text.length) this.fail(`the template ends before ${expected}`, at);
    this.literalOnly(at, at + 1, "this place");
    const found = String.fromCodePoint(this.text.codePointAt(at)!);
    this.fail(`expected ${expected}, found ${JSON.stringify(found)}`, at);
  }

  private fail(problem: string, index: number): never {
    throw this.holed.errorAt(problem, index);
  }
}
