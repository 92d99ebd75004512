import { clip, escapeControls } from "../diagnostics/quote.ts";
import { type JsonProblem, type ParseResult, parseJson } from "../json/parse.ts";
import { decodeUtf8, invalidUtf8Offset } from "../json/text.ts";
import type { Json } from "../json/value.ts";
import { ValueRefused } from "./place.ts";
import { problemWords } from "./problem-words.ts";
import { valueAt } from "./providers.ts";
import type { Provider } from "./types.ts";

/**
 * `$payload` from the bytes of a record. They are parsed when a template asks for something inside, and copied as
 * they are where `$payload` stands alone. Bytes that are no JSON (a captured body may be anything) have no values; what
 * JSON.parse takes and chatx does not (half of a surrogate pair, too many levels) is refused where it would be used.
 *
 * @param bytes  Must not change while the provider is used.
 * @param isJson  Whether they are known to be one JSON value, not nested too deep.
 */
export function payloadProvider(bytes: Uint8Array, isJson = false): Provider {
  let native: { readonly value: Json } | "no JSON" | undefined;
  let exact: ParseResult | undefined;
  const readExactly = (): Json => {
    exact ??= parseJson(decodeUtf8(bytes)!);
    if (exact.ok) return exact.value;
    throw new ValueRefused("not-allowed", "payload", whyUnreadable(bytes)!);
  };
  return {
    value(steps) {
      native ??= parseNatively(bytes);
      if (native === "no JSON") return undefined;
      const value = valueAt(native.value, steps);
      // Several times faster than our own parser, which is needed where there are numbers: they keep their digits.
      if (typeof value !== "number" && typeof value !== "object") return value;
      return value === null ? value : valueAt(readExactly(), steps);
    },
    raw() {
      if (isJson && !hasSurrogateEscape(bytes)) return bytes;
      // Spliced unread, `1,"admin":true` would be two members.
      native ??= parseNatively(bytes);
      if (native === "no JSON") return undefined;
      readExactly();
      return bytes;
    },
    whyNone: () => (native === "no JSON" ? whyUnreadable(bytes) : undefined),
  };
}

/** `$conversation` or `$report` of a payload that is none, be it that it cannot be read. */
export function noConversationProvider(payload: Uint8Array): Provider {
  return {
    value: () => undefined,
    whyNone: () => whyUnreadable(payload) ?? "this payload is no conversation",
  };
}

function parseNatively(bytes: Uint8Array): { readonly value: Json } | "no JSON" {
  const text = decodeUtf8(bytes);
  if (text === undefined) return "no JSON";
  try {
    return { value: JSON.parse(text) as Json };
  } catch {
    return "no JSON";
  }
}

const BACKSLASH = 0x5c;
const LETTER_D = 0x64;
const LETTER_U = 0x75;
const LOWER_CASE = 0x20;

/** Whether an escape in JSON may be half of a surrogate pair: most payloads have none. */
function hasSurrogateEscape(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(BACKSLASH); at >= 0; at = bytes.indexOf(BACKSLASH, at + 2)) {
    if (bytes[at + 1] === LETTER_U && (bytes[at + 2]! | LOWER_CASE) === LETTER_D) return true;
  }
  return false;
}

/** Why a payload has no values, and where in it; undefined where it is sound JSON. */
function whyUnreadable(bytes: Uint8Array): string | undefined {
  const text = decodeUtf8(bytes);
  if (text === undefined) return `this payload is not UTF-8 (its byte ${invalidUtf8Offset(bytes) + 1})`;
  const result = parseJson(text);
  if (result.ok) return undefined;
  const { problem } = result;
  const isJson = problem.code === "json/lone-surrogate" || problem.code === "json/too-deep";
  const what = isJson ? "this payload cannot be read" : "this payload is no JSON";
  return `${what}: ${escapeControls(problemWords(problem))} (${placeIn(text, problem)})`;
}

const LONGEST_POINTER = 80;

function placeIn(text: string, { offset, pointer }: JsonProblem): string {
  const lines = text.slice(0, offset).split("\n");
  const place = `its line ${lines.length}, column ${lines.at(-1)!.length + 1}`;
  return pointer === "" ? place : `${place}, ${escapeControls(clip(pointer, LONGEST_POINTER))}`;
}
