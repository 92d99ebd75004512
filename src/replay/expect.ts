import { parseJson } from "../json/parse.ts";
import { stepsOf } from "../json/pointer.ts";
import { decodeUtf8 } from "../json/text.ts";
import { digitsOf, isArray, isNumeric, isObject, type Json, member } from "../json/value.ts";

/** What an answer must be, beyond 2xx, to count as delivered. */
export type Expectation =
  | { readonly kind: "status"; readonly status: number }
  | { readonly kind: "member"; readonly pointer: string; readonly value: string };

/**
 * Reads `--expect`: a status of 200 to 299, or `/json/pointer=value`; `=value` is about the whole document.
 * @returns undefined for anything else.
 */
export function expectationFrom(text: string): Expectation | undefined {
  if (/^2\d\d$/.test(text)) return { kind: "status", status: Number(text) };
  const equals = text.indexOf("=");
  if (equals < 0 || (equals > 0 && !text.startsWith("/"))) return undefined;
  return { kind: "member", pointer: text.slice(0, equals), value: text.slice(equals + 1) };
}

interface Answer {
  readonly status: number;
  readonly body: Uint8Array;
  readonly isBodyClipped: boolean;
}

/** Why the answer is not the expected one, in words without anything of the answer's text; undefined where it is. */
export function whyUnexpected(answer: Answer, expectations: readonly Expectation[]): string | undefined {
  let document: Json | undefined;
  for (const expectation of expectations) {
    if (expectation.kind === "status") {
      if (answer.status !== expectation.status) {
        return `the answer's status is ${answer.status}, not ${expectation.status}`;
      }
      continue;
    }
    if (answer.isBodyClipped) return "the answer is too long to be looked into";
    document ??= parsed(answer.body);
    if (document === undefined) return "the answer is not JSON";
    const found = at(document, expectation.pointer);
    const place = expectation.pointer === "" ? "the answer" : `${expectation.pointer} of the answer`;
    if (found === undefined) return `the answer has no ${expectation.pointer}`;
    if (!isMeant(found, expectation.value)) return `${place} is not ${expectation.value}`;
  }
  return undefined;
}

function parsed(body: Uint8Array): Json | undefined {
  const text = decodeUtf8(body);
  const result = text === undefined ? undefined : parseJson(text);
  return result?.ok ? result.value : undefined;
}

function at(document: Json, pointer: string): Json | undefined {
  let value: Json | undefined = document;
  for (const step of stepsOf(pointer)) {
    if (isArray(value)) value = /^(?:0|[1-9]\d{0,8})$/.test(step) ? value[Number(step)] : undefined;
    else value = member(value, step);
    if (value === undefined) return undefined;
  }
  return value;
}

/** `5` means the number and the text, `true` and `null` likewise, `"5"` in quotes the text alone. */
function isMeant(found: Json, wanted: string): boolean {
  if (typeof found === "string") return found === wanted || JSON.stringify(found) === wanted;
  if (isNumeric(found)) return digitsOf(found) === wanted;
  if (isArray(found) || isObject(found)) return false;
  return String(found) === wanted;
}
