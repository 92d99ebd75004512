import { checkCatalogue } from "./check-catalogue.ts";
import type { CatalogueEntry, Diagnostic, DiagnosticArgs, DiagnosticCode, Severity } from "./diagnostic.ts";
import { escapeControls, quote } from "./quote.ts";

/**
 * What each code means and how bad it is. Messages are in the present tense, name the value found and the value
 * wanted, and have no full stop; a hint is one thing to do. Severity is decided here and nowhere else:
 * an error rejects its record, a warning does under `--strict`, an info never does.
 */
type Catalogue = { readonly [C in DiagnosticCode]: CatalogueEntry<DiagnosticArgs[C]> };

const nearestHint = ({ nearest }: { nearest?: string }) =>
  nearest === undefined ? undefined : `did you mean ${quote(nearest)}?`;

function letterOrigin(source: string | undefined, record: number | undefined): string {
  return source === undefined || record === undefined ? "" : `; it was record ${record} of ${quote(source)}`;
}

const catalogue: Catalogue = {
  "input/empty": {
    severity: "error",
    message: () => "the source holds no payload",
    hint: () => "check that the capture was saved; pass --allow-empty if empty input is fine",
  },
  "input/not-utf8": {
    severity: "error",
    message: ({ encoding }) => `the source is ${encoding}, not UTF-8`,
    hint: ({ encoding }) => `convert it first: iconv -f ${encoding} -t UTF-8`,
  },
  "input/compressed": {
    severity: "error",
    message: ({ kind }) => `the source is ${escapeControls(kind)} data, which chatx does not unpack`,
    hint: () => "unpack it first; gzip is read as it is, and in captures br and deflate are",
  },
  "input/broken-gzip": {
    severity: "error",
    message: ({ reason }) => `the gzip data is broken: ${reason}`,
    hint: () => "the records before this place were read; copy the file again",
  },
  "input/broken-coding": {
    severity: "error",
    message: ({ coding, reason }) => `the ${coding} data is broken: ${reason}`,
    hint: () => "capture it again; the Content-Encoding of its request may be wrong",
  },
  "input/inflated-too-large": {
    severity: "error",
    message: ({ limitBytes }) => `the source inflates to more than ${limitBytes} bytes`,
    hint: () => "raise --max-inflated-bytes if you trust the source",
  },
  "input/record-too-large": {
    severity: "error",
    message: ({ limitBytes }) => `the record is longer than ${limitBytes} bytes`,
    hint: () => "raise --max-record-bytes if it is genuine",
  },
  "input/cut-off": {
    severity: "error",
    message: () => "the record is cut off: nothing shows where its last value ends",
    hint: () => "capture it again; RFC 7464 records end with a line feed",
  },
  "input/no-body": { severity: "info", message: ({ container }) => `the ${container} has no body` },
  "input/body-withheld": {
    severity: "error",
    message: ({ source, record }) =>
      `the dead letter was written without its body, which held a secret or could not be made${letterOrigin(source, record)}`,
    hint: () =>
      "replay the original input with the same templates: each message has the Idempotency-Key that it had before",
  },
  "input/body-in-parts": {
    severity: "error",
    message: () =>
      "the HAR entry tells its body as parts of multipart/form-data, which cannot be put together as they were",
    hint: () => "save the HAR with the text of its bodies",
  },
  "input/bad-base64": { severity: "error", message: () => "the body is not valid Base64" },
  "json/invalid-utf8": {
    severity: "error",
    message: ({ byte }) =>
      `byte 0x${byte.toString(16).toUpperCase().padStart(2, "0")} is not valid UTF-8 here`,
    hint: () => "chatx never replaces damaged text; capture the payload again",
  },
  "json/byte-order-mark": {
    severity: "error",
    message: () => "a byte order mark stands inside the data",
    hint: () => "only the very start of a source may have one; join files without their marks",
  },
  "json/syntax": {
    severity: "error",
    message: ({ expected, found }) => `expected ${expected}, found ${quote(found)}`,
    hint: ({ found }) =>
      found.startsWith("<")
        ? "this is markup: perhaps an error page was saved in place of the payload"
        : undefined,
  },
  "json/trailing-comma": {
    severity: "error",
    message: ({ before }) => `a comma stands right before ${quote(before)}`,
    hint: () => "remove the comma: JSON allows none after the last member",
  },
  "json/unexpected-end": {
    severity: "error",
    message: ({ expected }) => `the text ends where ${expected} is expected`,
    hint: () => "the payload is cut off; capture it again",
  },
  "json/bad-escape": {
    severity: "error",
    message: ({ found }) => `${quote(found)} is no JSON escape`,
    hint: () => 'write a backslash as "\\\\"',
  },
  "json/control-character": {
    severity: "error",
    message: ({ character }) => `the control character ${character} stands raw in a string`,
    hint: () => "write it as an escape, such as \\n or \\u001b",
  },
  "json/lone-surrogate": {
    severity: "error",
    message: ({ found }) => `${found} is half of a surrogate pair, which is no character`,
  },
  "json/too-deep": {
    severity: "error",
    message: ({ limit }) => `values are nested deeper than ${limit} levels`,
  },
  "json/duplicate-key": {
    severity: "warning",
    message: ({ key }) => `the key ${quote(key)} comes twice in one object; the last value stands`,
  },
  "json/duplicate-list": {
    severity: "error",
    message: ({ key }) =>
      `the key ${quote(key)} comes twice around the list of records; who reads all at once finds the last value only`,
    hint: () => "write the key once, with all records in one list",
  },
  "format/not-an-object": {
    severity: "error",
    message: ({ found }) => `a payload is an object, found ${found}`,
    hint: () => "see `chatx formats` for what can be read",
  },
  "format/unknown": {
    severity: "error",
    message: ({ nearest, why }) =>
      nearest === ""
        ? "no format recognises this payload"
        : `no format recognises this payload; ${nearest} comes nearest, but ${why}`,
    hint: () => "name the format with --from (convert) or --format (validate) to see what is wrong with it",
  },
  "format/unknown-event": {
    severity: "warning",
    message: ({ type, event }) =>
      `the event ${quote(type)} ${quote(event)} is not known; it is read as its type allows`,
    hint: nearestHint,
  },
  "format/no-transcript": {
    severity: "warning",
    message: ({ format }) => `this ${format} payload has no transcript`,
  },
  "schema/missing-field": {
    severity: "error",
    message: ({ field, wanted }) => `the field ${quote(field)} is missing (${wanted})`,
  },
  "schema/wrong-type": {
    severity: "error",
    message: ({ wanted, found }) => `expected ${wanted}, found ${found}`,
  },
  "schema/wrong-value": {
    severity: "error",
    message: ({ wanted, found }) => `expected ${wanted}, found ${quote(found)}`,
    hint: nearestHint,
  },
  "schema/unknown-field": {
    severity: "warning",
    message: ({ field }) => `the field ${quote(field)} is not known in this format`,
    hint: nearestHint,
  },
  "meaning/times-not-ascending": {
    severity: "warning",
    message: ({ time, previous }) => `the time ${time} comes before the previous message's ${previous}`,
  },
  "meaning/last-message-at": {
    severity: "warning",
    message: ({ found, wanted }) => `lastMessageAt is ${quote(found)}, but the last message is of ${wanted}`,
  },
  "meaning/duplicate-id": {
    severity: "warning",
    message: ({ id, first }) => `the id ${quote(id)} stands already at ${first}`,
  },
  "meaning/end-before-start": {
    severity: "warning",
    message: ({ start, end }) => `the conversation ends at ${end}, before it starts at ${start}`,
  },
  "meaning/no-messages": { severity: "warning", message: () => "the conversation has no message" },
  "meaning/template-leftover": {
    severity: "warning",
    message: ({ variable }) => `the variable ${quote(variable)} stands here as it was written, not its value`,
    hint: () => "correct the name in the template of the export: nothing was filled in for it",
  },
  "decode/unknown-sender": {
    severity: "warning",
    message: ({ value, taken }) =>
      `the sender ${quote(value)} is not known; the message is read as the ${taken}'s`,
  },
  "decode/unknown-system-code": {
    severity: "warning",
    message: ({ value }) => `the system code ${quote(value)} is not known; it is kept as it is`,
  },
  "decode/zone-assumed": {
    severity: "warning",
    message: ({ zone, example }) =>
      `times like ${quote(example)} have no time zone; they are read as ${zone}`,
    hint: () => "name the zone with --time-zone, such as Europe/Berlin",
  },
  "decode/local-time-skipped": {
    severity: "warning",
    message: ({ time, zone }) =>
      `${time} does not exist in ${zone} (clocks go forward); the time after the gap is taken`,
  },
  "decode/time-derived": {
    severity: "warning",
    message: ({ from }) => `the message has no time; ${from} is taken`,
  },
  "decode/time-unknown": {
    severity: "error",
    message: () => "no message has a time, and nothing else in the payload tells one",
    hint: () => "use a capture record: its receivedAt serves as the time",
  },
  "decode/time-invalid": {
    severity: "error",
    message: ({ value }) => `${quote(value)} is not a time between the years 0000 and 9999`,
  },
  "decode/no-report": {
    severity: "error",
    message: () => "there is no PDF where the profile's body has it",
    hint: () => "without --profile every PDF of the body is looked at",
  },
  "decode/report-unreadable": {
    severity: "error",
    message: ({ problem }) => `the PDF cannot be read: ${problem}`,
    hint: () => "capture the body again, and check that the PDF opens in a reader",
  },
  "decode/report-attachment": {
    severity: "warning",
    message: ({ problem }) =>
      `the conversation attached to the PDF cannot be used: ${problem}; the text is read instead`,
  },
  "decode/no-transcript": {
    severity: "error",
    message: ({ lines }) =>
      lines === 0
        ? "the PDF has no conversation attached, and no text: its pages may be pictures"
        : `the PDF has no conversation attached, and none of its ${lines} lines of text begins a message`,
    hint: () => "chatx reads messages that begin with a name and a time",
  },
  "decode/report-text": {
    severity: "warning",
    message: ({ messages, lines }) =>
      `the PDF has no conversation attached; ${messages} ${messages === 1 ? "message is" : "messages are"} read off its ${lines} lines of text, and all ids are made up of it`,
  },
  "decode/sender-guessed": {
    severity: "warning",
    message: ({ name, taken, why }) => `${quote(name)} is taken for the ${taken}: ${why}`,
  },
  "decode/time-guessed": {
    severity: "warning",
    message: ({ found, taken, why }) => `the time ${quote(found)} is read as ${taken}: ${why}`,
  },
  "decode/date-unknown": {
    severity: "error",
    message: ({ time }) => `times like ${quote(time)} have no date, and the PDF tells none`,
    hint: () => "use a capture record: its receivedAt serves as the day",
  },
  "decode/lines-joined": {
    severity: "warning",
    message: ({ count, example }) =>
      `${count} ${count === 1 ? "line" : "lines"} without name and time, such as ${quote(example)}, ${count === 1 ? "is" : "are"} joined to the message before`,
  },
  "decode/lines-left-out": {
    severity: "warning",
    message: ({ count, example }) =>
      `${count} ${count === 1 ? "line" : "lines"} of the PDF, such as ${quote(example)}, ${count === 1 ? "belongs" : "belong"} to no message`,
  },
  "profile/syntax": {
    severity: "error",
    message: ({ problem }) => problem,
    hint: () => "a profile is YAML or JSON; a text with special characters stands in quotes or after |",
  },
  "profile/not-allowed": { severity: "error", message: ({ problem }) => problem },
  "profile/unknown-setting": {
    severity: "error",
    message: ({ name }) => `a profile has no setting ${quote(name)} here`,
    hint: ({ nearest }) =>
      nearest === undefined ? "chatx schema profile shows what there is" : `did you mean ${quote(nearest)}?`,
  },
  "profile/pdata": {
    severity: "error",
    message: ({ problem }) => `pdata cannot be read: ${problem}`,
    hint: () => "write an object, or jtel's spelling in a text: \"{name:'John Doe'}\"",
  },
  "profile/template": { severity: "error", message: ({ problem }) => problem },
  "convert/no-message-left": {
    severity: "info",
    message: ({ leftOut }) => `no message is left of the conversation (${leftOut} left out); it is skipped`,
    hint: () => "--system-messages agent keeps system messages",
  },
  "convert/exact-repeat": {
    severity: "info",
    message: ({ id }) => `the conversation ${quote(id)} was read already, with the same bytes; it is skipped`,
  },
  "convert/differing-repeat": {
    severity: "warning",
    message: ({ id }) => `the conversation ${quote(id)} was read already and differs now; the first stands`,
    hint: () => "--fold holds repeats and takes the most complete one",
  },
  "convert/invented": {
    severity: "info",
    message: ({ field, reason }) => `${field} is invented: ${reason}`,
  },
  "convert/no-url": {
    severity: "warning",
    message: () => "a value that --url-template names is missing here; the conversation gets no URL",
    hint: () => "give the value a default, such as ${conversation.origin.account:-none}",
  },
  "convert/body-not-filled": {
    severity: "error",
    message: ({ reason }) => `the body of the profile cannot be filled: ${reason}`,
    hint: () => "give the variable a default, such as ${conversation.visitor.name:-unknown}",
  },
  "convert/precision-lost": {
    severity: "warning",
    message: ({ found, written }) => `${found} is written as ${written}: the target holds milliseconds`,
  },
  "document/missing-glyph": {
    severity: "warning",
    message: ({ character, codePoint, count }) =>
      `no font has ${quote(character)} (${codePoint}); the report shows a box with its number${count > 1 ? `, ${count} times` : ""}`,
    hint: () => "pass --pdf-font with a font that has it; the conversation inside the PDF keeps it",
  },
  ...checkCatalogue,
};

export const diagnosticCodes = Object.keys(catalogue) as DiagnosticCode[];

/** The severity of a code; under `strict`, warnings are errors. */
export function severityOf(code: DiagnosticCode, strict = false): Severity {
  const severity = catalogue[code].severity;
  return strict && severity === "warning" ? "error" : severity;
}

/** One line of text; payload values in it are clipped and free of control characters. */
export function messageOf(diagnostic: Pick<Diagnostic, "code" | "args">): string {
  const entry = catalogue[diagnostic.code] as CatalogueEntry<Diagnostic["args"]>;
  return entry.message(diagnostic.args);
}

/** One thing to do about it, where there is one. */
export function hintOf(diagnostic: Pick<Diagnostic, "code" | "args">): string | undefined {
  const entry = catalogue[diagnostic.code] as CatalogueEntry<Diagnostic["args"]>;
  return entry.hint?.(diagnostic.args);
}
