import { severityOf } from "../../diagnostics/catalogue.ts";
import type { DiagnosticArgs, DiagnosticCode } from "../../diagnostics/diagnostic.ts";
import { nearestName } from "../../diagnostics/nearest.ts";
import { findingsOf, type Placed } from "../../diagnostics/place.ts";
import { clip, quote } from "../../diagnostics/quote.ts";
import { type Examined, examineRecord } from "../../formats/examine.ts";
import { ferndesk } from "../../formats/ferndesk/index.ts";
import { RecordSplitter } from "../../input/records.ts";
import type { InputRecord } from "../../input/types.ts";
import { parseJson } from "../../json/parse.ts";
import { isArray, isObject, type Json, type JsonObject, member, typeName } from "../../json/value.ts";
import type { BodyReader } from "./body.ts";
import { withEndpointHint } from "./hints.ts";
import type { Meaning } from "./meaning.ts";
import { Opening } from "./opening.ts";
import type { StepBook } from "./step-book.ts";
import type { StepName } from "./types.ts";

/** A longer value than this is no conversation. */
const LONGEST_CONVERSATION = 64 * 1024 * 1024;
const KEYS_SHOWN = 8;

/**
 * Reads the text of an answer as Ferndesk's document, one conversation at a time, and reports what is wrong with it: JSON,
 * the shape of the whole, the schema of each conversation, and what they mean.
 */
export class DocumentReader implements BodyReader {
  readonly #source: string;
  readonly #strict: boolean;
  readonly #meaning: Meaning;
  readonly #book: StepBook;
  readonly #splitter: RecordSplitter;
  readonly #opening = new Opening();
  /** Of lists of conversations, whatever they are; and those with an error. */
  #elements = 0;
  #invalid = 0;
  /** Texts of the top level that are no list of conversations, and the first of them. */
  #roots = 0;
  #root: Json | undefined;
  #isBareList = false;
  #isOtherList = false;
  #hasSyntaxError = false;
  #isSecondDocument = false;
  /** The list comes twice in one document; the second is no document of its own. */
  #hasSecondList = false;

  constructor(
    source: string,
    options: { readonly strict: boolean; readonly maxBodyBytes: number },
    meaning: Meaning,
    book: StepBook,
  ) {
    this.#source = source;
    this.#strict = options.strict;
    this.#meaning = meaning;
    this.#book = book;
    const maxRecordBytes = Math.min(options.maxBodyBytes, LONGEST_CONVERSATION);
    // What looks like a capture or HAR in there is no such thing.
    this.#splitter = new RecordSplitter(source, { maxRecordBytes }, true);
  }

  push(chunk: Uint8Array): boolean {
    const text = this.#opening.push(chunk);
    if (text !== undefined) this.#records(this.#splitter.push(text));
    if (!this.#opening.isKnown) return true;
    this.#judgeOpening();
    return false;
  }

  end(): void {
    if (this.#opening.hasMark) this.#report("json", "check/byte-order-mark", {});
    if (this.#judgeOpening()) return;
    this.#records(this.#splitter.end());
    this.#judgeRoot();
    if (this.#elements === 0 && !this.#isSound) return;
    this.#book.facts("schema", { conversations: this.#elements, invalid: this.#invalid });
    if (this.#elements === 0) this.#report("meaning", "check/no-conversations", {});
    this.#meaning.finish(this.#source, this.#book);
  }

  /** @returns Whether the text was none for the parser. */
  #judgeOpening(): boolean {
    const odd = this.#opening.end();
    if (odd === undefined) return false;
    this.#book.facts("json", {});
    if (odd.code === "check/empty-body") this.#report("body", odd.code, odd.args);
    else if (odd.code === "check/root-not-object") this.#report("schema", odd.code, odd.args);
    else this.#report("json", odd.code, odd.args);
    return true;
  }

  /** Whether the document was the one that Ferndesk wants, its conversations aside. */
  get #isSound(): boolean {
    return this.#roots === 0 && !this.#isBareList && !this.#isOtherList && !this.#hasSyntaxError;
  }

  #records(records: Iterable<InputRecord>): void {
    for (const record of records) this.#record(record);
  }

  #record(record: InputRecord): void {
    if (record.problem?.code === "input/record-too-large") {
      this.#hasSyntaxError = true;
      this.#report("schema", "check/conversation-too-large", record.problem.args);
      return;
    }
    if (record.problem !== undefined) {
      this.#hasSyntaxError = true;
      this.#hasSecondList ||= record.problem.code === "json/duplicate-list";
      this.#keep(record, examineRecord(record, ferndesk));
      return;
    }
    const [, list, index] = /^(\/conversations|)\/(\d+)$/.exec(record.pointer) ?? [];
    if (index === undefined) {
      this.#rootValue(record);
      return;
    }
    if (list === "") this.#isBareList = true;
    else if (index === "0" && this.#elements > 0) this.#isSecondDocument = !this.#hasSecondList;
    this.#conversation(record, examineRecord(record, ferndesk));
  }

  /** A value of the top level that holds no list of conversations, or an element of some other list. */
  #rootValue(record: InputRecord): void {
    if (record.pointer !== "") {
      this.#isOtherList = true;
      return;
    }
    const examined = examineRecord(record, ferndesk);
    if (hasSyntaxError(examined)) {
      this.#hasSyntaxError = true;
      this.#keep(record, examined);
      return;
    }
    this.#roots++;
    const { document } = examined;
    if (this.#roots === 1) this.#root = document ?? scalarOf(examined.text);
    if (document !== undefined && isArray(member(document, "messages"))) this.#conversation(record, examined);
  }

  #conversation(record: InputRecord, examined: Examined): void {
    this.#elements++;
    if (examined.diagnostics.some(({ code }) => severityOf(code) === "error")) this.#invalid++;
    if (hasSyntaxError(examined)) this.#hasSyntaxError = true;
    if (examined.document !== undefined) this.#meaning.conversation(examined.document, examined.report);
    this.#keep(record, examined);
  }

  #keep(record: InputRecord, { text, diagnostics }: Examined): void {
    const kept: Placed[] = [];
    for (const diagnostic of diagnostics) {
      const isKept = this.#book.count(stepOf(diagnostic.code), diagnostic.code);
      if (isKept && kept.length < LONGEST_LIST) kept.push(diagnostic);
    }
    if (kept.length === 0) return;
    for (const finding of findingsOf(record, text, kept, { strict: this.#strict, format: ferndesk.id })) {
      this.#book.keep(stepOf(finding.code), withEndpointHint(finding));
    }
  }

  /** What the text is as a whole. */
  #judgeRoot(): void {
    this.#isBareList ||= this.#opening.isList && this.#isSound;
    const isLines =
      this.#roots > 1 || this.#isSecondDocument || (this.#roots > 0 && this.#splitter.sawContainer);
    const root = isLines ? "lines" : this.#isBareList ? "list" : this.#isSound ? "document" : "other";
    this.#book.facts("json", this.#hasSyntaxError ? {} : { root });
    if (isLines) this.#report("json", "check/json-lines", {});
    else if (this.#roots === 1) this.#judgeRootValue(this.#root);
    else if (this.#isBareList) {
      this.#report("schema", "check/root-is-list", { items: counted(this.#elements) });
    } else if (this.#isOtherList) this.#report("schema", "check/no-conversations-key", { keys: '"log"' });
  }

  #judgeRootValue(root: Json | undefined): void {
    if (!isObject(root)) {
      this.#report("schema", "check/root-not-object", { found: typeName(root ?? null) });
      return;
    }
    const list = member(root, "conversations");
    if (list !== undefined) {
      this.#report("schema", "check/conversations-not-a-list", { found: typeName(list) });
      return;
    }
    const keys = Object.keys(root);
    const nearest = nestedKey(root) ?? nearestName("conversations", keys) ?? onlyList(root);
    const shown = keys
      .slice(0, KEYS_SHOWN)
      .map((key) => quote(key))
      .join(", ");
    this.#report("schema", "check/no-conversations-key", {
      keys: keys.length > KEYS_SHOWN ? `${shown} and ${keys.length - KEYS_SHOWN} more` : shown,
      ...(nearest === undefined ? {} : { nearest }),
    });
  }

  #report<C extends DiagnosticCode>(step: StepName, code: C, args: DiagnosticArgs[C]): void {
    this.#book.report(step, code, args, this.#source);
  }
}

/** Findings of one conversation that are given places; the rest are counted. */
const LONGEST_LIST = 1000;

function stepOf(code: DiagnosticCode): StepName {
  if (code.startsWith("json/") || code.startsWith("input/")) return "json";
  return code.startsWith("schema/") || code.startsWith("format/") ? "schema" : "meaning";
}

function scalarOf(text: string | undefined): Json | undefined {
  const result = text === undefined ? undefined : parseJson(text);
  return result?.ok ? result.value : undefined;
}

/** `data.conversations`, where the list stands one level too deep. */
function nestedKey(root: JsonObject): string | undefined {
  const outer = Object.keys(root).find((key) => isArray(member(root[key], "conversations")));
  return outer === undefined ? undefined : `${clip(outer)}.conversations`;
}

/** The only key that holds a list. */
function onlyList(root: JsonObject): string | undefined {
  const lists = Object.keys(root).filter((key) => isArray(root[key]) && key !== "messages");
  return lists.length === 1 ? lists[0] : undefined;
}

function hasSyntaxError({ diagnostics }: Examined): boolean {
  return diagnostics.some(({ code }) => code.startsWith("json/") && severityOf(code) === "error");
}

function counted(count: number): string {
  if (count === 0) return "empty";
  return count === 1 ? "1 element" : `${count} elements`;
}
