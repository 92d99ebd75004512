import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RecordSplitter } from "../../src/input/records.ts";
import { encodeUtf8 } from "../../src/json/text.ts";
import { MEBIBYTE, seen, split } from "./split.ts";

/** A text under construction, and the records that a reader should find in it. */
class Rendering {
  text = "";
  readonly expected: { text: string; pointer: string; at: number }[] = [];

  add(text: string): void {
    this.text += text;
  }

  record(text: string, pointer: string): void {
    this.expected.push({ text, pointer, at: this.text.length });
    this.text += text;
  }

  /** A text of the top level: an array there is a list of records. */
  topLevel(value: unknown, print: Print): void {
    if (Array.isArray(value)) this.list(value, "", print);
    else this.record(print(value), "");
  }

  list(values: readonly unknown[], pointer: string, print: Print): void {
    this.add(`[${print.space()}`);
    values.forEach((value, index) => {
      if (index > 0) this.add(`${print.space()},${print.space()}`);
      this.record(print(value), `${pointer}/${index}`);
    });
    this.add(`${print.space()}]`);
  }

  /** What the splitter should give, counted the slow way. */
  get records() {
    return this.expected.map(({ text, pointer, at }, index) => {
      const before = this.text.slice(0, at);
      return {
        number: index + 1,
        text,
        pointer,
        offset: encodeUtf8(before).length,
        line: before.split("\n").length,
        column: at - before.lastIndexOf("\n"),
      };
    });
  }
}

/** Prints values, each with the next of some random indentations; `space` is the next of some white space. */
type Print = ((value: unknown) => string) & { readonly space: () => string };

function printer(indents: readonly (string | number)[], spaces: readonly string[]): Print {
  let turn = 0;
  const print = (value: unknown) => JSON.stringify(value, null, indents[turn++ % indents.length]);
  return Object.assign(print, { space: () => spaces[turn++ % spaces.length]! });
}

const string = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom('"', "\\", "{", "[", "é😀", "\u2028", "a\nb", "],", "﻿"),
);
const { value: jsonValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    string,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(string, tie("value"), { maxKeys: 4 }),
  ),
}));
const values = fc.array(jsonValue, { maxLength: 8 });
const space = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
const indent = fc.constantFrom(0, 0, 1, 2, "\t");
const print = fc
  .tuple(fc.array(indent, { minLength: 1, maxLength: 3 }), fc.array(space, { minLength: 1, maxLength: 5 }))
  .map(([indents, spaces]) => printer(indents, spaces));
const chunks = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 });

const shapes: Record<string, (values: readonly unknown[], print: Print) => Rendering> = {
  array: (values, print) => {
    const rendering = new Rendering();
    rendering.add(print.space());
    rendering.list(values, "", print);
    rendering.add(print.space());
    return rendering;
  },
  "JSON Lines": (values, print) => {
    const rendering = new Rendering();
    const line = Object.assign((value: unknown) => JSON.stringify(value), { space: () => "" });
    for (const value of values) {
      rendering.topLevel(value, line);
      rendering.add(`${print.space()}\n${print.space()}`);
    }
    return rendering;
  },
  "concatenated texts": (values, print) => {
    const rendering = new Rendering();
    for (const value of values) {
      rendering.topLevel(value, print);
      rendering.add(typeof value === "object" && value !== null ? print.space() : `\t${print.space()}`);
    }
    return rendering;
  },
  "an RFC 7464 sequence": (values, print) => {
    const rendering = new Rendering();
    for (const value of values) {
      rendering.add("\u001e");
      rendering.topLevel(value, print);
      rendering.add("\n");
    }
    return rendering;
  },
  "a Ferndesk document": (values, print) => {
    const rendering = new Rendering();
    rendering.add(
      `{${print.space()}"version":${print({ a: [1, "]"] })},"conversations"${print.space()}:${print.space()}`,
    );
    rendering.list(values, "/conversations", print);
    rendering.add(`${print.space()},"next":${print([{ conversations: [] }])}}${print.space()}`);
    return rendering;
  },
};

describe("records are found with their bytes and places, wherever chunks end", () => {
  test.each(Object.entries(shapes))("in %s", (_, shape) => {
    fc.assert(
      fc.property(values, print, chunks, fc.boolean(), (list, printed, sizes, hasMark) => {
        const rendering = shape(list, printed);
        const mark = hasMark ? "\ufeff" : "";
        const { records } = split(mark + rendering.text, { chunks: sizes });
        const markBytes = encodeUtf8(mark).length;
        expect(records).toEqual(
          rendering.records.map((record) => ({ ...record, offset: record.offset + markBytes })),
        );
      }),
      { numRuns: 300 },
    );
  });

  test("a probe that takes some of the records leaves the others as they are", () => {
    fc.assert(
      fc.property(
        values,
        print,
        chunks,
        fc.constantFrom(...Object.values(shapes)),
        (list, printed, sizes, shape) => {
          const { text } = shape(list, printed);
          const bytes = encodeUtf8(text);
          const all = split(bytes).records;
          const splitter = new RecordSplitter("test.json", {
            maxRecordBytes: MEBIBYTE,
            probe: probeOfStrings,
          });
          const rest = [...splitter.push(bytes)].map(seen).concat([...splitter.end()].map(seen));
          expect(splitter.records).toBe(all.length);
          expect(rest).toEqual(all.filter(({ text }) => !isProbed(text)));
          const chunked = split(bytes, { chunks: sizes, probe: probeOfStrings }).records;
          expect(chunked.filter(({ text }) => !isProbed(text))).toEqual(rest);
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** Deals with strings without escapes of at most 20 bytes. */
function probeOfStrings(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] !== 0x22) return -1;
  for (let at = start + 1; at < Math.min(end, start + 22); at++) {
    if (bytes[at] === 0x5c) return -1;
    if (bytes[at] === 0x22) return at + 1;
  }
  return -1;
}

function isProbed(text: string): boolean {
  const bytes = encodeUtf8(text);
  return probeOfStrings(bytes, 0, bytes.length) === bytes.length;
}

const payload = fc.dictionary(string, jsonValue, { maxKeys: 4 });
const payloads = fc.array(payload, { minLength: 1, maxLength: 6 });

describe("one record that is cut off in its line spoils no other", () => {
  const cut = fc.tuple(payloads, fc.nat(), fc.nat(), chunks).map(([list, which, where, sizes]) => {
    const lines = list.map((value) => JSON.stringify(value));
    const bad = which % lines.length;
    const line = lines[bad]!;
    // White space at the cut is not part of the record.
    lines[bad] = line.slice(0, 1 + (where % (line.length - 1))).trimEnd();
    return { lines, bad, sizes };
  });

  test("in JSON Lines", () => {
    fc.assert(
      fc.property(cut, ({ lines, sizes }) => {
        const { records } = split(lines.join("\n"), { chunks: sizes });
        expect(records.map(({ text, line }) => ({ text, line }))).toEqual(
          lines.map((text, index) => ({ text: wellFormed(text), line: index + 1 })),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  test("in an array with an element on each line, with the comma cut off too", () => {
    fc.assert(
      fc.property(cut, fc.constantFrom("", "  ", "\t"), ({ lines, bad, sizes }, indent) => {
        const body = lines.map(
          (line, index) => indent + line + (index === bad || index === lines.length - 1 ? "" : ","),
        );
        const { records } = split(`[\n${body.join("\n")}\n]\n`, { chunks: sizes });
        // Nothing shows where the last element should have ended, so the list's own bracket may go with it.
        const expected = lines.map(wellFormed);
        const actual = records.map(({ text }) => text);
        expect(actual.slice(0, bad)).toEqual(expected.slice(0, bad));
        expect(actual.slice(bad + 1)).toEqual(expected.slice(bad + 1));
        expect(actual[bad]?.startsWith(expected[bad]!)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});

/** As UTF-8 shows it: a cut through a surrogate pair leaves half of one. */
function wellFormed(text: string): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(encodeUtf8(text));
}

/** Bytes that mean something to the splitter, and some that mean nothing. */
const meaningful = [...'{}[]",:\\\n \r\u001et1e-x']
  .map((letter) => letter.charCodeAt(0))
  .concat(0xef, 0xbb, 0xbf, 0);
const edit = fc.record({
  at: fc.nat({ max: 2_000 }),
  remove: fc.nat({ max: 3 }),
  insert: fc.array(fc.constantFrom(...meaningful), { maxLength: 3 }),
});

function mutated(
  bytes: Uint8Array,
  edits: readonly { at: number; remove: number; insert: readonly number[] }[],
) {
  const result = [...bytes];
  for (const { at, remove, insert } of edits) result.splice(at % (result.length + 1), remove, ...insert);
  return Uint8Array.from(result);
}

const broken = fc
  .tuple(
    values,
    print,
    fc.constantFrom(...Object.values(shapes)),
    fc.array(edit, { minLength: 1, maxLength: 4 }),
  )
  .map(([list, printed, shape, edits]) => mutated(encodeUtf8(shape(list, printed).text), edits));
const captures = fc
  .tuple(fc.array(string, { maxLength: 3 }), fc.array(edit, { maxLength: 2 }))
  .map(([bodies, edits]) =>
    mutated(
      encodeUtf8(
        bodies
          .map((body) => JSON.stringify({ method: "POST", body: `{"text":${JSON.stringify(body)}}` }))
          .join("\n"),
      ),
      edits,
    ),
  );

describe("whatever the bytes are", () => {
  test("any chunking gives the records of one chunk", () => {
    fc.assert(
      fc.property(
        fc.oneof(broken, captures),
        chunks,
        fc.constantFrom(12, 40, MEBIBYTE),
        (bytes, sizes, maxRecordBytes) => {
          expect(split(bytes, { chunks: sizes, maxRecordBytes })).toEqual(split(bytes, { maxRecordBytes }));
        },
      ),
      { numRuns: 3_000 },
    );
  });

  test("pieces of documents in any order give the same in any chunks, places and all", () => {
    const piece = fc.constantFrom(
      ...[
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        '"',
        "\\",
        "\n",
        " ",
        "\u001e",
        "\ufeff",
        "é😀",
        "1",
        "true",
        "nul",
        '"a"',
        "<html>",
      ],
      ...[
        '"conversations":[',
        '{"log":{"entries":[',
        '{"request":{"postData":{"text":"[1,{}]"}}},',
        '"method":1',
      ],
      ...[
        '"body":"{\\"x\\":1}"',
        '{"method":"x","bodyBase64":"e30="}',
        '\n{"a":1}',
        "\n  {",
        '[{"a":1},',
        '{"a":[1,{}]}',
      ],
    );
    const input = fc.array(piece, { maxLength: 25 }).map((pieces) => encodeUtf8(pieces.join("")));
    fc.assert(
      fc.property(input, chunks, fc.constantFrom(8, 30, MEBIBYTE), (bytes, sizes, maxRecordBytes) => {
        expect(split(bytes, { chunks: sizes, maxRecordBytes })).toEqual(split(bytes, { maxRecordBytes }));
      }),
      { numRuns: 5_000 },
    );
  });

  test("records that are longer than a chunk, or go over a few of them, are put together", () => {
    const long = fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 1, maxLength: 6 });
    const sizes = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 20_000 })), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(long, sizes, fc.constantFrom("\n", ",", " "), (lengths, some, separator) => {
        const lines = lengths.map((length, index) =>
          JSON.stringify({ index, text: "né".repeat(length / 2) }),
        );
        const input = separator === "," ? `[${lines.join(",")}]` : lines.join(separator);
        const { records } = split(input, { chunks: [...some, 5_000] });
        expect(records).toEqual(split(input).records);
        expect(records.map(({ text }) => text)).toEqual(lines);
      }),
      { numRuns: 60 },
    );
  });

  test("random bytes never make the splitter throw, and any chunking gives the same", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(fc.constantFrom(...meaningful), { maxLength: 120 }).map((some) => Uint8Array.from(some)),
    );
    fc.assert(
      fc.property(bytes, chunks, fc.constantFrom(5, MEBIBYTE), (input, sizes, maxRecordBytes) => {
        expect(split(input, { chunks: sizes, maxRecordBytes })).toEqual(split(input, { maxRecordBytes }));
      }),
      { numRuns: 5_000 },
    );
  });

  test("records come in order, do not overlap, and leave out nothing but separators and a document's own members", () => {
    fc.assert(
      fc.property(broken, (bytes) => {
        let end = 0;
        for (const { offset, text, problem } of split(bytes).records) {
          // A problem between records marks a place, it takes no bytes from them.
          if (problem !== undefined) continue;
          expect(offset).toBeGreaterThanOrEqual(end);
          end = offset + (text.includes("\ufffd") ? 0 : encodeUtf8(text).length);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
