import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DocumentReader } from "../../../src/endpoint/check/document-reader.ts";
import { Meaning } from "../../../src/endpoint/check/meaning.ts";
import { StepBook } from "../../../src/endpoint/check/step-book.ts";
import { document, message, SOUND, talk } from "./answers.ts";

const NOW = Date.parse("2026-04-01T00:00:00Z");

/** Reads a text that comes in the given pieces. */
function read(pieces: Iterable<Uint8Array>, maxFindings = Number.POSITIVE_INFINITY) {
  const book = new StepBook({ strict: false, maxFindings });
  const meaning = new Meaning({ nowMs: NOW });
  const reader = new DocumentReader("x", { strict: false, maxBodyBytes: 2 ** 40 }, meaning, book);
  let isWanted = true;
  for (const piece of pieces) {
    isWanted = reader.push(piece);
    if (!isWanted) break;
  }
  if (isWanted) reader.end();
  return { result: book.result("x", NOW), meaning };
}

function codesOf(text: string | Uint8Array): string[] {
  return read([Buffer.from(text)]).result.findings.map(({ code }) => code);
}

/** The bytes cut at random places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...at, bytes.length].map((end, index) => bytes.subarray(at[index - 1] ?? 0, end));
}

const odd = [
  SOUND,
  `\ufeff${SOUND}`,
  `[${SOUND}]`,
  SOUND.slice(0, 150),
  `${SOUND}}`,
  "<html><body>Log in</body></html>",
  "no JSON at all",
  "\n\n",
  '{"data":{"conversations":[{}]}}',
  document(talk("a", { messages: [message("1"), message("1", { role: 7 })] }), { a: 1 }),
].map((text) => Buffer.from(text));

describe("an answer that is read", () => {
  test("has the same findings however it is cut", () => {
    fc.assert(
      fc.property(fc.constantFrom(...odd), fc.array(fc.nat(5000), { maxLength: 12 }), (bytes, places) => {
        expect(read(cut(bytes, places)).result).toEqual(read([bytes]).result);
      }),
    );
  });

  test("may be damaged in any way", () => {
    const damage = fc.record({ at: fc.nat(2000), byte: fc.nat(255), drop: fc.nat(40) });
    fc.assert(
      fc.property(
        fc.constantFrom(...odd),
        fc.array(damage, { minLength: 1, maxLength: 4 }),
        (bytes, damages) => {
          let damaged = Buffer.from(bytes);
          for (const { at, byte, drop } of damages) {
            const place = at % (damaged.length + 1);
            damaged = Buffer.concat([
              damaged.subarray(0, place),
              Buffer.of(byte),
              damaged.subarray(place + drop),
            ]);
          }
          const { result } = read([damaged]);
          expect(result.findings.length).toBe(
            result.counts.error + result.counts.warning + result.counts.info,
          );
        },
      ),
      { numRuns: 150 },
    );
  });

  test.each([
    ["HAR", '{"log":{"entries":[{"request":{}}]}}', ["check/no-conversations-key"]],
    [
      "a capture record",
      JSON.stringify({ method: "POST", headers: {}, body: SOUND }),
      ["check/no-conversations-key"],
    ],
    ["a text", '"conversations"', ["check/root-not-object"]],
    ["a number", "404", ["check/root-not-object"]],
    ["a document and a word", `${SOUND} true`, ["check/json-lines"]],
    ["documents a line", `${JSON.stringify({ a: 1 })}\n${JSON.stringify({ a: 2 })}`, ["check/json-lines"]],
  ])("is no document when it is %s", (_, text, codes) => {
    expect(codesOf(text)).toEqual(codes);
  });

  test("whose list comes twice is one document, and says where the second is", () => {
    const [one, two] = [
      JSON.stringify([talk("a")]),
      JSON.stringify([talk("b", { messages: [message("9")] })]),
    ];
    const text = `{"conversations":${one},\n  "conversations":${two}}`;
    const { findings } = read([Buffer.from(text)]).result;
    expect(findings.map(({ code }) => code)).toContain("json/duplicate-list");
    expect(findings.map(({ code }) => code)).not.toContain("check/json-lines");
    expect(findings.find(({ code }) => code === "json/duplicate-list")).toMatchObject({ line: 2, column: 3 });
  });

  test.each([
    ['{"Conversations":[]}', '"Conversations"'],
    ['{"data":{"conversations":[]}}', '"data.conversations"'],
    ['{"total":2,"items":[{}]}', '"items"'],
  ])("names what was meant: %s", (text, meant) => {
    const [finding] = read([Buffer.from(text)]).result.findings;
    expect(finding?.hint).toBe(`rename ${meant} to "conversations", at the top of the document`);
  });

  test("may have other members beside the list, and any white space", () => {
    const text = `\n\t{"version": 2,\r\n"conversations":${JSON.stringify([talk("a")])},\n"next":null}\n\n`;
    expect(codesOf(text)).toEqual([]);
  });

  test("may have no value that is longer than any conversation", () => {
    function* huge() {
      yield Buffer.from('{"conversations":[{"id":"');
      for (let megabytes = 0; megabytes < 66; megabytes++) yield Buffer.alloc(2 ** 20, "x");
      yield Buffer.from(`"},${JSON.stringify(talk("a"))}]}`);
    }
    const { result, meaning } = read(huge());
    expect(result.findings.map(({ code }) => code)).toEqual(["check/conversation-too-large"]);
    expect(meaning.conversations).toBe(1);
  });

  test("is counted to its end, and few findings of many are kept", () => {
    function* many() {
      yield Buffer.from('{"conversations":[');
      for (let number = 0; number < 3001; number++) {
        const one = talk(`t${number}`, { url: number === 0 ? "x" : "y" });
        yield Buffer.from(`${number === 0 ? "" : ","}${JSON.stringify(one)}`);
      }
      yield Buffer.from("]}");
    }
    const { result } = read(many(), 7);
    expect(result.findings.map(({ code }) => code)).toEqual([
      ...Array(3).fill("check/url-not-absolute"),
      "check/too-many-conversations",
    ]);
    expect(result.counts).toEqual({ error: 0, warning: 3002, info: 0 });
    expect(result.hiddenFindings).toBe(2998);
  });

  test("shows an error among many warnings, in place of one", () => {
    const warned = (number: number) => talk(`t${number}`, { url: "x", messages: [message(`m${number}`)] });
    const talks = Array.from({ length: 40 }, (_, number) => warned(number));
    const text = document(...talks, talk("bad", { id: 7 }));
    const { result } = read([Buffer.from(text)], 4);
    expect(result.findings.map(({ code }) => code)).toEqual([
      "schema/wrong-type",
      "check/url-not-absolute",
      "meaning/last-message-at",
      "check/url-not-absolute",
    ]);
    expect(result.counts).toEqual({ error: 1, warning: 80, info: 0 });
  });
});
