import { locateAll } from "../json/locate.ts";
import { parseJson } from "../json/parse.ts";
import { decodeUtf8, encodeUtf8, utf8Length } from "../json/text.ts";
import { isArray, isObject, type Json, member } from "../json/value.ts";
import { base64Index, decodeBase64 } from "./base64.ts";
import { spelledAt } from "./escaped.ts";
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

/**
 * invalid: the record is no valid JSON. plain: it is no capture after all. no-body: it is one, without a
 * body.
 */
export type Opened = Body | "invalid" | "plain" | { readonly capture: CaptureFacts };

/** The body of a HAR 1.2 entry (documented: `request.postData.text`; `encoding` as browsers write it). */
export function openHarEntry(outer: Uint8Array): Opened {
  const parsed = parse(outer);
  if (parsed === undefined) return "invalid";
  const request = member(parsed.value, "request");
  const capture = factsOf(request, member(parsed.value, "startedDateTime"));
  const postData = member(request, "postData");
  const text = member(postData, "text");
  if (typeof text !== "string" || text === "") return { capture };
  const isBase64 = [member(postData, "encoding"), member(postData, "_encoding")].includes("base64");
  return bodyOf(outer, parsed.text, "/request/postData/text", text, isBase64, capture);
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
    return body === "" ? { capture } : bodyOf(outer, text, `/${key}`, body, key === "bodyBase64", capture);
  }
  return "plain";
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
  const quoteAt = utf8Length(outerText, 0, locateAll(outerText, [pointer]).get(pointer)!.start);
  const bytes = isBase64 ? decodeBase64(body) : encodeUtf8(body);
  const outerOffsets = (offsets: readonly number[]) =>
    spelledAt(outer, quoteAt + 1, isBase64 ? offsets.map(base64Index) : offsets);
  return { pointer, capture, quoteAt, bytes, outerOffsets };
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
