import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type Range,
  type Scalar,
} from "yaml";
import { step } from "../json/pointer.ts";
import { type Json, numberFrom, setMember } from "../json/value.ts";
import { LocatedText, type Stretch } from "./located-text.ts";

/** A file's text as data, and where everything in it stands. */
export interface YamlFile {
  readonly value: Json;
  /** By pointer. Keys too, for members of objects. */
  readonly places: ReadonlyMap<string, { readonly value: Stretch; readonly key?: Stretch }>;
  /** Every text in it, with the place of each of its characters. */
  readonly texts: ReadonlyMap<string, LocatedText>;
}

/** Why a file cannot be used at all. */
interface YamlFault {
  readonly kind: "syntax" | "refused";
  readonly problem: string;
  readonly pointer: string;
  readonly place: Stretch;
}

export type YamlResult =
  | { readonly ok: true; readonly file: YamlFile }
  | { readonly ok: false; readonly faults: readonly YamlFault[] };

/** A person's settings fit into this many times over; what is larger is another file. */
const LONGEST = 1 << 20;

/**
 * Reads YAML 1.2 (JSON is a part of it) as plain data: texts, numbers, true, false, null, lists and objects. What can
 * make more of a file than stands in it is refused: anchors and aliases, tags, merge keys, a name that comes twice,
 * `__proto__`, several documents. Numbers keep their digits; one that JSON cannot spell (`007`) is a text.
 */
export function readYaml(text: string): YamlResult {
  const whole = { start: 0, end: Math.min(text.length, 1) };
  if (text.length > LONGEST) {
    return failed("refused", `the file is longer than ${LONGEST} characters`, "", whole);
  }
  const document = parseDocument(text, {
    version: "1.2",
    schema: "core",
    strict: true,
    uniqueKeys: true,
    merge: false,
    prettyErrors: false,
    keepSourceTokens: true,
  });
  const [error] = document.errors;
  if (error !== undefined) return failed("syntax", words(error.code, error.message), "", stretch(error.pos));
  const walker = new Walker(text);
  try {
    const value = document.contents === null ? null : walker.value(document.contents, "");
    return { ok: true, file: { value, places: walker.places, texts: walker.texts } };
  } catch (fault) {
    if (!(fault instanceof Refused)) throw fault;
    return failed("refused", fault.message, fault.pointer, fault.place);
  }
}

function failed(kind: YamlFault["kind"], problem: string, pointer: string, place: Stretch): YamlResult {
  return { ok: false, faults: [{ kind, problem, pointer, place }] };
}

/** In our own words where the parser's are about the program that uses it. */
function words(code: string, message: string): string {
  if (code === "MULTIPLE_DOCS") return "the file holds several documents; only one is read";
  if (code === "DUPLICATE_KEY") return "this name comes twice";
  if (code === "RESOURCE_EXHAUSTION") return "values are nested too deep";
  return `this is no YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}

class Refused extends Error {
  readonly pointer: string;
  readonly place: Stretch;

  constructor(problem: string, pointer: string, place: Stretch) {
    super(problem);
    this.pointer = pointer;
    this.place = place;
  }
}

/** Turns the parser's nodes into data and remembers where each stands. */
class Walker {
  readonly places = new Map<string, { value: Stretch; key?: Stretch }>();
  readonly texts = new Map<string, LocatedText>();
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  value(node: Node, pointer: string, key?: Stretch): Json {
    const place = stretch(node.range);
    this.places.set(pointer, { value: place, ...(key === undefined ? {} : { key }) });
    if (isAlias(node))
      throw new Refused("an alias (*name) is not allowed; write the value out", pointer, place);
    if (hasAnchor(node))
      throw new Refused("an anchor (&name) is not allowed; write each value out", pointer, place);
    if (node.tag !== undefined)
      throw new Refused("a tag (!name) is not allowed; values are plain", pointer, place);
    if (isMap(node)) return this.object(node.items, pointer);
    if (isSeq(node)) return node.items.map((item, index) => this.item(item, pointer + step(index)));
    return this.scalar(node as Scalar, pointer);
  }

  private item(item: unknown, pointer: string): Json {
    if (isPair(item)) return this.object([item], pointer);
    return item === null ? null : this.value(item as Node, pointer);
  }

  private object(pairs: readonly Pair[], pointer: string): Json {
    const result: Record<string, Json> = {};
    for (const { key, value } of pairs) {
      const place = stretch((key as Node | null)?.range);
      if (!isScalar(key) || key.tag !== undefined || hasAnchor(key))
        throw new Refused("a name is plain text", pointer, place);
      const name = key.source ?? String(key.value);
      const at = pointer + step(name);
      if (name === "<<")
        throw new Refused("a merge key (<<) is not allowed; write the settings out", pointer, place);
      if (name === "__proto__") throw new Refused("__proto__ is no name for a setting", pointer, place);
      if (value === null) this.places.set(at, { value: place, key: place });
      setMember(result, name, value === null ? null : this.value(value as Node, at, place));
    }
    return result;
  }

  private scalar(node: Scalar, pointer: string): Json {
    const { value, source, type } = node;
    if (typeof value === "string") {
      this.texts.set(pointer, new LocatedText(value, this.text, stretch(node.range), type));
      return value;
    }
    if (typeof value !== "number" && typeof value !== "bigint")
      return value === true || value === false ? value : null;
    const digits = source ?? String(value);
    if (JSON_NUMBER.test(digits)) return numberFrom(digits);
    this.texts.set(pointer, new LocatedText(digits, this.text, stretch(node.range), type));
    return digits;
  }
}

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function hasAnchor(node: Node): boolean {
  return "anchor" in node && node.anchor !== undefined;
}

function stretch(range: Range | readonly [number, number] | null | undefined): Stretch {
  return { start: range?.[0] ?? 0, end: range?.[1] ?? 0 };
}
