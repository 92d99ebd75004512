import type { DiagnosticCode } from "../../../src/diagnostics/diagnostic.ts";
import { raw } from "./marked-text.ts";
import { compact, payload, pretty, soundConversations, soundPayloads } from "./payloads.ts";

/** A fault outside of payloads: in the list, the lines, the document or the capture that holds them. */
export interface ListFault {
  readonly name: string;
  /** The whole input, with the marker. */
  readonly input: string;
  readonly code: DiagnosticCode;
  readonly pointer: string;
  readonly container?: string;
  readonly args?: Readonly<Record<string, unknown>>;
  /** How many sound payloads there are, all of which must be found. */
  readonly sound: number;
}

const [a, b, c] = soundPayloads.map((name) => payload(name, compact)) as [string, string, string];
const [longA, longB, longC] = soundPayloads.map((name) => payload(name, { ...pretty, margin: "  " })) as [
  string,
  string,
  string,
];
const [one, two] = soundConversations.map((name) => payload(name, compact)) as [string, string];

const arrays: readonly ListFault[] = [
  {
    name: "a comma behind the last element of an array",
    input: `[${a},${b}⟦,⟧ ]`,
    code: "json/trailing-comma",
    pointer: "",
    args: { before: "]" },
    sound: 2,
  },
  {
    name: "a comma behind the last element of a pretty-printed array",
    input: `[\r\n  ${longA},\r\n  ${longB}⟦,⟧\r\n]\r\n`,
    code: "json/trailing-comma",
    pointer: "",
    sound: 2,
  },
  {
    name: "no comma between two elements",
    input: `[${a} ⟦${b},${c}]`,
    code: "json/syntax",
    pointer: "",
    args: { expected: '"," or "]"', found: "{" },
    sound: 3,
  },
  {
    name: "no comma between two pretty-printed elements",
    input: `[\n  ${longA},\n  ${longB}\n  ⟦${longC}\n]`,
    code: "json/syntax",
    pointer: "",
    args: { expected: '"," or "]"', found: "{" },
    sound: 3,
  },
  {
    name: "two commas between two elements",
    input: `[${a}, ⟦,⟧${b}]`,
    code: "json/syntax",
    pointer: "",
    args: { expected: "a value", found: "," },
    sound: 2,
  },
  {
    name: "a comma before the first element",
    input: `[⟦,⟧${a},${b}]`,
    code: "json/syntax",
    pointer: "",
    args: { expected: 'a value or "]"', found: "," },
    sound: 2,
  },
  {
    name: "an array that is never closed",
    input: `[\n  ${longA},\n  ${longB}⟦\n`,
    code: "json/unexpected-end",
    pointer: "",
    args: { expected: '"," or "]"' },
    sound: 2,
  },
  {
    name: "an array that is closed twice",
    input: `[${a},${b}]⟦]`,
    code: "json/syntax",
    pointer: "",
    args: { found: "]" },
    sound: 2,
  },
  {
    name: "a word among the elements",
    input: `[${a}, ⟦redacted⟧, ${b}]`,
    code: "json/syntax",
    pointer: "/1",
    args: { expected: "a value", found: "redacted" },
    sound: 2,
  },
  {
    name: "a byte order mark before an element",
    input: `[\n  ${longA},\n  ⟦\ufeff⟧${longB}\n]`,
    code: "json/byte-order-mark",
    pointer: "",
    sound: 2,
  },
];

const texts: readonly ListFault[] = [
  {
    name: "a byte order mark before a line",
    input: `${a}\r\n⟦\ufeff⟧${b}\r\n${c}\r\n`,
    code: "json/byte-order-mark",
    pointer: "",
    sound: 3,
  },
  {
    name: "a byte order mark between two documents",
    input: `${longA}⟦\ufeff⟧${longB}`,
    code: "json/byte-order-mark",
    pointer: "",
    sound: 2,
  },
  {
    name: "a line of a log among the lines",
    input: `${a}\n10⟦:⟧42:07 POST /hook 200 ☺\n${b}\n`,
    code: "json/syntax",
    pointer: "",
    sound: 2,
  },
  {
    name: "a comma at the end of a line",
    input: `${a}\n${b}⟦,⟧\n${c}\n`,
    code: "json/syntax",
    pointer: "",
    args: { expected: "a payload", found: "," },
    sound: 3,
  },
  {
    name: "a brace too many behind a document",
    input: `${longA}⟦}⟧\n`,
    code: "json/syntax",
    pointer: "",
    args: { expected: "the end of the payload", found: "}" },
    sound: 1,
  },
  {
    name: "a page of HTML in place of payloads",
    input: "\n  ⟦<!DOCTYPE html>\n<html><body>502 Bad Gateway</body></html>\n",
    code: "json/syntax",
    pointer: "",
    args: { found: "<" },
    sound: 0,
  },
  {
    name: "a number that may have lost its last digits, in an RFC 7464 sequence",
    input: `\x1e${a}\n\x1e⟦12⟧\x1e${b}\n`,
    code: "input/cut-off",
    pointer: "",
    sound: 2,
  },
];

const documents: readonly ListFault[] = [
  {
    name: "a comma behind the last conversation",
    input: `{"conversations":[${one},${two}⟦,⟧]}`,
    code: "json/trailing-comma",
    pointer: "/conversations",
    args: { before: "]" },
    sound: 2,
  },
  {
    name: "a fault before the conversations, which are not reached",
    input: `{"total": "é☺", ⟦page⟧: 1, "conversations":[${one},${two}]}`,
    code: "json/syntax",
    pointer: "",
    args: { expected: "a key in double quotes", found: "page" },
    sound: 0,
  },
  {
    name: "a comma behind the list of conversations",
    input: `{"conversations":[${one},${two}]⟦,⟧\r\n}\r\n`,
    code: "json/trailing-comma",
    pointer: "",
    args: { before: "}" },
    sound: 2,
  },
  {
    name: "a document that is never closed",
    input: `{"conversations":[${one},${two}]⟦\n`,
    code: "json/unexpected-end",
    pointer: "",
    sound: 2,
  },
  {
    name: "a damaged byte behind the conversations",
    input: `{"conversations":[${one},${two}],"note":"Gr⟦${raw(0xfc)}ße"}`,
    code: "json/invalid-utf8",
    pointer: "",
    args: { byte: 0xfc },
    sound: 2,
  },
];

function entry(url: string, postData: string): string {
  return `{"startedDateTime":"2024-05-01T10:00:00Z","request":{"method":"POST","url":${url},${postData}"headers":[]}}`;
}

function har(entries: readonly string[], rest = ""): string {
  return `{"log":{"version":"1.2","comment":"☺","entries":[\n${entries.join(",\n")}\n]${rest}}}\n`;
}

const url = '"https://hooks.example.com/"';
const post = (text: string) => `"postData":{"mimeType":"application/json","text":${text}},`;
const sent = entry(url, post(JSON.stringify(a)));

const captures: readonly ListFault[] = [
  {
    name: "a fault in a HAR entry, not in its body",
    input: har([sent, entry('"https://hooks.example.com/☺⟦\\q⟧"', post(JSON.stringify(b)))]),
    code: "json/bad-escape",
    pointer: "/log/entries/1/request/url",
    args: { found: "\\q" },
    sound: 1,
  },
  {
    name: "a body of a HAR entry that is no JSON string",
    input: har([sent, entry(url, post("⟦'x'"))]),
    code: "json/syntax",
    pointer: "/log/entries/1/request/postData/text",
    args: { expected: "a value", found: "'" },
    sound: 1,
  },
  {
    name: "a damaged byte in the body of a HAR entry",
    input: har([sent, entry(url, post(`"{\\"a\\":\\"⟦${raw(0xe4)}\\"}"`))]),
    code: "json/invalid-utf8",
    pointer: "/log/entries/1/request/postData/text",
    args: { byte: 0xe4 },
    sound: 1,
  },
  {
    name: "a comma behind the entries of a HAR file",
    input: har([sent], "⟦,⟧"),
    code: "json/trailing-comma",
    pointer: "",
    sound: 1,
  },
  {
    name: "entries of a HAR file that come twice",
    input: har([sent]).replace(/\}\s*\}\s*$/, ',⟦"entries"⟧:[]}}'),
    code: "json/duplicate-list",
    pointer: "",
    args: { key: "entries" },
    sound: 1,
  },
  {
    name: "conversations that come twice",
    input: `{"conversations":[${one},${two}],"☺":1, ⟦"conversations"⟧ : null}`,
    code: "json/duplicate-list",
    pointer: "",
    args: { key: "conversations" },
    sound: 2,
  },
  {
    name: "a HAR entry without a body",
    input: har([sent, `⟦${entry(url, "")}⟧`]),
    code: "input/no-body",
    pointer: "/log/entries/1",
    args: { container: "HAR entry" },
    sound: 1,
  },
  {
    name: "a fault in a capture record, not in its body",
    input: `{"method":"POST","headers":{"x": ⟦NaN⟧},"body":${JSON.stringify(a)}}\n{"method":"POST","body":${JSON.stringify(b)}}\n`,
    code: "json/syntax",
    pointer: "/headers/x",
    args: { expected: "a value", found: "NaN" },
    sound: 1,
  },
  {
    name: "a body of a capture that is no Base64",
    input: `{"method":"POST","body":${JSON.stringify(a)}}\n{"url":"é☺","method":"POST","bodyBase64":⟦"eyJ*"}\n`,
    code: "input/bad-base64",
    pointer: "",
    container: "/bodyBase64",
    sound: 1,
  },
];

export const listFaults: readonly ListFault[] = [...arrays, ...texts, ...documents, ...captures];
