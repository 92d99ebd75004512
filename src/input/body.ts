import { locateAll } from "../json/locate.ts";
import { parseJson } from "../json/parse.ts";
import { decodeUtf8, encodeUtf8, utf8Length } from "../json/text.ts";
import { isArray, isObject, type Json, member } from "../json/value.ts";
import { base64Index, decodeBase64 } from "./base64.ts";
import { spelledAt } from "./escaped.ts";
import { formOf } from "./har-form.ts";
import type { CaptureFacts, RecordProblem } from "./types.ts";

/** A payload text found inside a record of a capture. */
export interface Body {
  /** Pointer of the string that holds it, from the record that holds the string. */
  readonly pointer: string;
  readonly capture: CaptureFacts;
  /** Byte offset, in the outer record, of the string's opening quote. */
  readonly quoteAt: number;
  /** The decoded body; undefined where the string is no Base64. */
  readonly bytes: Uint8Array | undefined;
  /** Offsets in the outer record of ascending offsets in the body. */
  readonly outerOffsets: (offsets: readonly number[]) => number[];
}

/** A capture without a body. */
export interface NoBody {
  readonly capture: CaptureFacts;
  /** Why there is none, where it had one once; absent: the request had none. */
  readonly fault?: Pick<RecordProblem, "code" | "args">;
}

/** invalid: the record is no valid JSON. plain: it is no capture after all. */
export type Opened = Body | NoBody | "invalid" | "plain";

/**
 * The body of a HAR 1.2 entry (documented: `request.postData.text`; `encoding` as browsers write it). A form may stand in
 * `params` alone (documented: `text` and `params` exclude each other).
 */
export function openHarEntry(outer: Uint8Array): Opened {
  const parsed = parse(outer);
  if (parsed === undefined) return "invalid";
  const request = member(parsed.value, "request");
  const postData = member(request, "postData");
  const capture = withType(
    factsOf(request, member(parsed.value, "startedDateTime")),
    member(postData, "mimeType"),
  );
  const text = member(postData, "text");
  if (typeof text !== "string" || text === "") return openForm(parsed.text, postData, capture);
  const isBase64 = [member(postData, "encoding"), member(postData, "_encoding")].includes("base64");
  return bodyOf(outer, parsed.text, "/request/postData/text", text, isBase64, capture);
}

function openForm(outerText: string, postData: Json | undefined, capture: CaptureFacts): Opened {
  const form = formOf(member(postData, "params"), member(postData, "mimeType"));
  if (form === undefined) return { capture };
  if (form === "parts") return { capture, fault: { code: "input/body-in-parts", args: {} } };
  const pointer = "/request/postData/params";
  const quoteAt = startOf(outerText, pointer);
  return {
    ...{ pointer, quoteAt, bytes: encodeUtf8(form) },
    capture: withType(capture, "application/x-www-form-urlencoded"),
    // Its characters stand nowhere in the file.
    outerOffsets: (offsets) => offsets.map(() => quoteAt),
  };
}

/** The content type that a HAR tells beside the headers. */
function withType(capture: CaptureFacts, type: Json | undefined): CaptureFacts {
  const { headers = [] } = capture;
  const isKnown = headers.some(([name]) => name.toLowerCase() === "content-type");
  if (isKnown || typeof type !== "string" || type === "") return capture;
  return { ...capture, headers: [...headers, ["content-type", type]] };
}

/** The body of a capture record: `{"method","url","headers","receivedAt","body"|"bodyBase64"}`. */
export function openCapture(outer: Uint8Array): Opened {
  const parsed = parse(outer);
  if (parsed === undefined) return "invalid";
  const { value, text } = parsed;
  const capture = factsOf(value, member(value, "receivedAt"));
  for (const key of ["body", "bodyBase64"]) {
    const body = member(value, key);
    if (typeof body !== "string") continue;
    if (body === "") return { capture, ...withheldFrom(value) };
    return bodyOf(outer, text, `/${key}`, body, key === "bodyBase64", capture);
  }
  return isRequest(value) ? { capture } : "plain";
}

/** A record of a request without a body has none of its names, or null. */
function isRequest(value: Json): boolean {
  const hasText = (key: string) => typeof member(value, key) === "string";
  const hasHeaders = typeof member(value, "headers") === "object" && member(value, "headers") !== null;
  const hasNoBody = ["body", "bodyBase64"].every((key) => (member(value, key) ?? null) === null);
  return hasNoBody && hasText("method") && hasText("url") && (hasHeaders || hasText("receivedAt"));
}

/** A dead letter names in `chatx.withheld` what it is written without. */
function withheldFrom(letter: Json): Pick<NoBody, "fault"> {
  const facts = member(letter, "chatx");
  const withheld = member(facts, "withheld");
  if (!isArray(withheld) || !withheld.includes("body")) return {};
  const source = member(facts, "source");
  const record = member(facts, "record");
  const args = {
    ...(typeof source === "string" ? { source } : {}),
    ...(typeof record === "number" ? { record } : {}),
  };
  return { fault: { code: "input/body-withheld", args } };
}

function parse(outer: Uint8Array): { value: Json; text: string } | undefined {
  const text = decodeUtf8(outer);
  if (text === undefined) return undefined;
  const result = parseJson(text);
  return result.ok ? { value: result.value, text } : undefined;
}

function bodyOf(
  outer: Uint8Array,
  outerText: string,
  pointer: string,
  body: string,
  isBase64: boolean,
  capture: CaptureFacts,
): Body {
  const quoteAt = startOf(outerText, pointer);
  const bytes = isBase64 ? decodeBase64(body) : encodeUtf8(body);
  const outerOffsets = (offsets: readonly number[]) =>
    spelledAt(outer, quoteAt + 1, isBase64 ? offsets.map(base64Index) : offsets);
  return { pointer, capture, quoteAt, bytes, outerOffsets };
}

/** Byte offset of the value at a pointer that exists. */
function startOf(outerText: string, pointer: string): number {
  return utf8Length(outerText, 0, locateAll(outerText, [pointer]).get(pointer)!.start);
}

function factsOf(request: Json | undefined, time: Json | undefined): CaptureFacts {
  const method = member(request, "method");
  const url = member(request, "url");
  const headers = headersOf(member(request, "headers"));
  const identity = member(member(request, "chatx"), "identity");
  return {
    ...(typeof method === "string" ? { method } : {}),
    ...(typeof url === "string" ? { url } : {}),
    ...(headers.length > 0 ? { headers } : {}),
    ...(typeof time === "string" ? { receivedAt: time } : {}),
    ...(typeof identity === "string" ? { identity } : {}),
  };
}

/**
 * Headers as HAR's `{name, value}`, as pairs, or as an object of texts or lists. What is none of these is
 * left out.
 */
function headersOf(value: Json | undefined): [string, string][] {
  const pairs: [Json | undefined, Json | undefined][] = isArray(value)
    ? value.map((item) =>
        isArray(item) ? [item[0], item[1]] : [member(item, "name"), member(item, "value")],
      )
    : isObject(value)
      ? Object.entries(value).flatMap(([name, item]) =>
          (isArray(item) ? item : [item]).map((one): [string, Json] => [name, one]),
        )
      : [];
  return pairs.filter(
    (pair): pair is [string, string] => typeof pair[0] === "string" && typeof pair[1] === "string",
  );
}

/** Codings of a body that can be undone. */
export type Coding = "gzip" | "br" | "deflate";

/** What an injected inflater gives back: the bytes, or why there are none. Without a coding it is gzip. */
export type InflateBody = (
  bytes: Uint8Array,
  limitBytes: number,
  coding?: Coding,
) => Uint8Array | RecordProblem;
