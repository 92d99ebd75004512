import { gzipSync } from "node:zlib";
import { type Fault, hasBadBytes, isSoundJson, planted } from "./fault.ts";
import { asciiJson, bytesOf, type ExpectedPlace, unmark } from "./marked-text.ts";
import { compact, type Layout, payload, pretty, soundConversations, soundPayloads } from "./payloads.ts";

/** An input with one fault in it, and where its finding is expected. */
export interface PlantedInput {
  readonly bytes: Uint8Array;
  readonly place: ExpectedPlace;
  /** Of the payload in its document. */
  readonly pointer: string;
  readonly container?: string;
  /** Number of the record at fault, and how many there are. */
  readonly record: number;
  readonly records: number;
}

/** A way in which payloads come: alone, in lists, in lines, in captures. */
export interface Shape {
  readonly name: string;
  readonly canHold: (fault: Fault) => boolean;
  readonly build: (fault: Fault) => PlantedInput;
}

interface Around {
  readonly layout?: Layout;
  /** Fixtures before and behind the payload at fault. */
  readonly before?: readonly string[];
  readonly behind?: readonly string[];
  /** The whole input. `isCut`: it ends where the payload is cut off, and its list is never closed. */
  readonly input: (texts: { before: string[]; fault: string; behind: string[] }, isCut: boolean) => string;
  readonly pointer?: string;
  readonly container?: string;
  readonly canHold?: (fault: Fault) => boolean;
  /** What becomes of the finished text; lines and columns are those of the text. */
  readonly packed?: (text: string) => Uint8Array;
  /** Bytes of the input before the text that have no line or column. */
  readonly skippedBytes?: number;
}

function shape(name: string, around: Around): Shape {
  const { layout = compact, before = [], behind = [], pointer = "", container } = around;
  const { packed = bytesOf, skippedBytes = 0 } = around;
  return {
    name,
    canHold: (fault) =>
      (fault.only === undefined || (fault.only === "pretty") === layout.isPretty) &&
      (fault.isLikeNeighbour === undefined || before.includes(fault.isLikeNeighbour)) &&
      (!fault.isFormatGiven || [...before, ...behind].every((name) => name.startsWith(`${fault.format}/`))) &&
      (around.canHold === undefined || around.canHold(fault)),
    build(fault) {
      // What follows in a list is read as part of a payload that is cut off, so there it is the last.
      const isCut = fault.cutBehind !== undefined && pointer !== "";
      const texts = {
        before: before.map((name) => payload(name, layout)),
        fault: planted(fault, layout),
        behind: isCut ? [] : behind.map((name) => payload(name, layout)),
      };
      const { text, place } = unmark(around.input(texts, isCut));
      return {
        bytes: packed(text),
        place: { ...place, offset: place.offset + skippedBytes },
        pointer,
        ...(container === undefined ? {} : { container }),
        record: before.length + 1,
        records: before.length + 1 + texts.behind.length,
      };
    },
  };
}

const isFerndesk = ({ format }: Fault) => format === "ferndesk";
/** A body is a JSON string, which cannot hold damaged bytes. */
const isText = (fault: Fault) => !hasBadBytes(fault);
const isBalanced = (fault: Fault) => fault.swallowsList !== true;

const [hook, session, conversation, offlineMessage, event] = soundPayloads;
const [, shortConversation, otherConversation, lastConversation] = soundConversations;
const crlf: Layout = { ...pretty, newline: "\r\n" };

const singleShapes: readonly Shape[] = [
  shape("a compact document", { input: ({ fault }) => fault }),
  shape("a document pretty-printed with CRLF", { layout: crlf, input: ({ fault }) => `${fault}\r\n` }),
  shape("a document behind a byte order mark", {
    input: ({ fault }) => fault,
    packed: (text) => Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), bytesOf(text)]),
    skippedBytes: 3,
  }),
];

const listShapes: readonly Shape[] = [
  shape("the third element of an array on one line", {
    before: [hook, conversation],
    behind: [session, event],
    input: ({ before, fault, behind }, isCut) =>
      `[${[...before, fault, ...behind].join(",")}${isCut ? "" : "]"}`,
    pointer: "/2",
    canHold: isBalanced,
  }),
  shape("the third element of a pretty-printed array", {
    layout: { ...pretty, margin: "  " },
    before: [hook, conversation],
    behind: [session, event],
    input: ({ before, fault, behind }, isCut) =>
      `[\n  ${[...before, fault, ...behind].join(",\n  ")}\n${isCut ? "" : "]\n"}`,
    pointer: "/2",
  }),
  shape("the third conversation of a Ferndesk document on one line", {
    before: soundConversations.slice(0, 2),
    behind: [lastConversation],
    input: ({ before, fault, behind }, isCut) =>
      `{"conversations":[${[...before, fault, ...behind].join(",")}${isCut ? "" : "]}"}`,
    pointer: "/conversations/2",
    canHold: (fault) => isFerndesk(fault) && isBalanced(fault),
  }),
  shape("the second conversation of a pretty-printed Ferndesk document", {
    layout: { ...pretty, margin: "    " },
    before: [shortConversation],
    behind: [otherConversation],
    input: ({ before, fault, behind }, isCut) =>
      `{\n  "conversations": [\n    ${[...before, fault, ...behind].join(",\n    ")}\n${isCut ? "" : "  ]\n}\n"}`,
    pointer: "/conversations/1",
    canHold: isFerndesk,
  }),
];

/** The same lines whether packed or not. */
const lines: Around = {
  before: [hook, conversation],
  behind: [session, offlineMessage],
  input: ({ before, fault, behind }) =>
    `${before[0]}\r\n\r\n${before[1]}\r\n${fault}\r\n \r\n${behind.join("\r\n")}`,
};

const textShapes: readonly Shape[] = [
  shape("line 4 of JSON Lines with CRLF and blank lines", lines),
  shape("pretty-printed documents one after the other", {
    layout: pretty,
    before: [hook, conversation],
    behind: [session],
    input: ({ before, fault, behind }) => `${[...before, fault, ...behind].join("\n")}\n`,
  }),
  shape("documents with nothing between them", {
    before: [hook, conversation],
    behind: [session],
    input: ({ before, fault, behind }) => [...before, fault, ...behind].join(""),
    canHold: (fault) => isSoundJson(fault) && fault.code !== "format/not-an-object",
  }),
  shape("an RFC 7464 sequence", {
    layout: crlf,
    before: [hook, conversation],
    behind: [session, event],
    input: ({ before, fault, behind }) =>
      [...before, fault, ...behind].map((text) => `\x1e${text}\n`).join(""),
  }),
  shape("gzip of two members", {
    ...lines,
    packed(text) {
      const bytes = bytesOf(text);
      const half = Math.floor(bytes.length / 2);
      return Buffer.concat([gzipSync(bytes.subarray(0, half)), gzipSync(bytes.subarray(half))]);
    },
  }),
];

/** A HAR 1.2 file with these bodies, each as JSON text of a string. */
function har(bodies: readonly string[], newline: string): string {
  const entries = bodies.map(
    (body) =>
      `{"startedDateTime":"2024-05-01T10:00:00Z","request":{"method":"POST","url":"https://hooks.example.com/",` +
      `"postData":{"mimeType":"application/json","text":${body}}},"response":{"status":200}}`,
  );
  const head = '"version":"1.2","creator":{"name":"Ægir ☺","version":"1"}';
  return `{"log":{${head},${newline}"entries":[${newline}${entries.join(`,${newline}`)}${newline}]}}`;
}

function harPointer(entry: number): string {
  return `/log/entries/${entry}/request/postData/text`;
}

/** A capture record with a body, given as JSON text of a string. */
function capture(body: string, member: "body" | "bodyBase64" = "body"): string {
  const url = "https://hooks.example.com/ä/☺";
  return `{"method":"POST","url":"${url}","receivedAt":"2024-05-01T10:00:00Z","${member}":${body},"headers":{}}`;
}

/**
 * Base64 of a marked text, as JSON text. The mark goes to the character in which the marked byte begins: four
 * characters stand for three bytes, so each holds six bits.
 */
function markedBase64(marked: string): string {
  const { text, place } = unmark(marked);
  const coded = bytesOf(text).toString("base64");
  const at = Math.floor((place.offset * 8) / 6);
  return `"${coded.slice(0, at)}⟦${coded.slice(at)}"`;
}

function base64(bytes: Uint8Array): string {
  return JSON.stringify(Buffer.from(bytes).toString("base64"));
}

const captureShapes: readonly Shape[] = [
  shape("a body in a HAR file", {
    before: [hook, conversation],
    behind: [session],
    input: ({ before, fault, behind }) =>
      har(
        [...before, fault, ...behind].map((text) => JSON.stringify(text)),
        "",
      ),
    container: harPointer(2),
    canHold: isText,
  }),
  shape("a pretty-printed body in a HAR file of many lines", {
    layout: crlf,
    behind: [session],
    input: ({ fault, behind }) =>
      har(
        [fault, ...behind].map((text) => JSON.stringify(text)),
        "\n",
      ),
    container: harPointer(0),
    canHold: isText,
  }),
  shape("a body of a capture in ASCII", {
    before: [hook],
    input: ({ before, fault }) => [...before, fault].map((text) => `${capture(asciiJson(text))}\n`).join(""),
    container: "/body",
    canHold: isText,
  }),
  shape("an array in the body of a capture in an array", {
    layout: { ...pretty, margin: "  " },
    before: [offlineMessage, hook],
    behind: [session, event],
    input({ before, fault, behind }) {
      const list = `[\n  ${[before[1], fault, behind[0]].join(",\n  ")}\n]`;
      const bodies = [before[0], list, behind[1]].map((text) => capture(JSON.stringify(text)));
      return `[${bodies.join(",")}]`;
    },
    pointer: "/1",
    container: "/1/body",
    canHold: (fault) => isText(fault) && fault.cutBehind === undefined,
  }),
  shape("a Base64 body of a capture", {
    before: [hook],
    behind: [session],
    input: ({ before, fault, behind }) =>
      [
        ...before.map((text) => capture(base64(bytesOf(text)), "bodyBase64")),
        capture(markedBase64(fault), "bodyBase64"),
        ...behind.map((text) => capture(asciiJson(text))),
      ].join("\r\n"),
    container: "/bodyBase64",
  }),
  shape("a gzip body of a capture", {
    before: [hook],
    // Inflated text stands nowhere in the input: the finding is at the string that holds it.
    input: ({ before, fault }) =>
      [
        ...before.map((text) => capture(JSON.stringify(text))),
        capture(`⟦${base64(gzipSync(bytesOf(unmark(fault).text)))}`, "bodyBase64"),
      ].join("\n"),
    container: "/bodyBase64",
  }),
];

export const shapes: readonly Shape[] = [...singleShapes, ...listShapes, ...textShapes, ...captureShapes];
