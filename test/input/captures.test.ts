import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeBase64 } from "../../src/input/base64.ts";
import { inflateBody } from "../../src/input/inflate.ts";
import { RecordSplitter, type SplitOptions } from "../../src/input/records.ts";
import type { InputRecord } from "../../src/input/types.ts";
import { encodeUtf8 } from "../../src/json/text.ts";
import { MEBIBYTE, split } from "./split.ts";

/** Calls back with each record while its bytes are valid. */
function eachRecord(
  input: string,
  look: (record: InputRecord) => void,
  options: Partial<SplitOptions> = {},
): void {
  const splitter = new RecordSplitter("x", { maxRecordBytes: MEBIBYTE, ...options });
  for (const record of splitter.push(encodeUtf8(input))) look(record);
  for (const record of splitter.end()) look(record);
}

const base64 = (bytes: Uint8Array | string) => Buffer.from(bytes).toString("base64");
const capture = (members: object) => JSON.stringify({ method: "POST", ...members });
const summary = (input: string, options: Partial<SplitOptions> = {}) =>
  split(input, options).records.map(({ text, pointer, container, problem }) => [
    problem?.code ?? text,
    pointer,
    container,
  ]);

describe("capture records", () => {
  test("give their body, with what they tell about the request", () => {
    const input = capture({
      url: "https://example.com/hook",
      headers: { "Content-Type": "application/json", "X-Two": ["a", "b"] },
      receivedAt: "2024-05-01T10:00:00Z",
      body: '{"a":1}',
    });
    const facts: unknown[] = [];
    eachRecord(`\n${input}`, ({ capture, container, pointer, number, start }) =>
      facts.push({ capture, container, pointer, number, start }),
    );
    const column = input.indexOf('"{\\"a') + 1;
    expect(facts).toEqual([
      {
        capture: {
          method: "POST",
          url: "https://example.com/hook",
          headers: [
            ["Content-Type", "application/json"],
            ["X-Two", "a"],
            ["X-Two", "b"],
          ],
          receivedAt: "2024-05-01T10:00:00Z",
        },
        container: "/body",
        pointer: "",
        number: 1,
        start: { offset: column, line: 2, column },
      },
    ]);
  });

  test.each([
    [
      "pairs",
      [
        ["A", "1"],
        ["B", 2],
        ["A", "3"],
      ],
    ],
    ["objects", [{ name: "A", value: "1" }, { name: "B" }, { name: "A", value: "3" }]],
  ])("headers may be %s", (_, headers) => {
    eachRecord(capture({ headers, body: "{}" }), (record) =>
      expect(record.capture?.headers).toEqual([
        ["A", "1"],
        ["A", "3"],
      ]),
    );
    expect.assertions(1);
  });

  test("a body of any shape is split", () => {
    expect(summary(capture({ body: '[{"a":1},2]' }))).toEqual([
      ['{"a":1}', "/0", "/body"],
      ["2", "/1", "/body"],
    ]);
    expect(summary(capture({ body: '{"a":1}\n{"b":\n{"c":3}' }))).toEqual([
      ['{"a":1}', "", "/body"],
      ['{"b":', "", "/body"],
      ['{"c":3}', "", "/body"],
    ]);
    expect(summary(capture({ body: '{"conversations":[{"id":1}]}' }))).toEqual([
      ['{"id":1}', "/conversations/0", "/body"],
    ]);
  });

  test("they may be elements of a list or lines, and numbers go on over all bodies", () => {
    const one = capture({ body: "[1,2]" });
    expect(summary(`[${one},${one}]`).map(([, pointer, container]) => `${container}${pointer}`)).toEqual([
      "/0/body/0",
      "/0/body/1",
      "/1/body/0",
      "/1/body/1",
    ]);
    expect(split(`${one}\n${one}\n{"x":1}`).records.map(({ number, line }) => [number, line])).toEqual([
      [1, 1],
      [2, 1],
      [3, 2],
      [4, 2],
      [5, 3],
    ]);
  });

  test("a capture within a body is data", () => {
    const inner = capture({ body: "{}" });
    expect(summary(capture({ body: inner }))).toEqual([[inner, "", "/body"]]);
  });

  test.each([
    ["a body alone", '{"body":"{}"}'],
    ["a body that is an object", '{"method":"POST","body":{"a":1}}'],
    ["body and method deeper down", '{"x":{"method":"POST","body":"{}"}}'],
    ["a broken record", '{"method":"POST","body":"{}",}'],
    ["a record with a bad escape", '{"method":"POST","body":"\\x"}'],
  ])("%s is no capture", (_, input) => {
    expect(summary(input)).toEqual([[input, "", undefined]]);
  });

  test("without a body they are a remark", () => {
    for (const body of ["", " \n"]) {
      expect(split(capture({ body })).records).toMatchObject([
        { problem: { code: "input/no-body", args: { container: "capture record" } } },
      ]);
    }
    expect(split(capture({ body: "[]" }))).toEqual({ records: [], sawContainer: true });
  });

  test.each<[string, object]>([
    ["no body at all", {}],
    ["a body that is null", { body: null }],
    ["headers as a list, and no time", { headers: [["Cookie", "s=1"]], receivedAt: undefined }],
    ["no headers", { headers: undefined }],
  ])("with %s they are no payload either", (_, members) => {
    const request = {
      method: "POST",
      url: "/x",
      headers: { Cookie: "s=1" },
      receivedAt: "2024-05-01T10:00:01Z",
    };
    expect(summary(JSON.stringify({ ...request, ...members }))).toEqual([["input/no-body", "", undefined]]);
  });

  test.each<object>([
    { method: "POST", url: "/x" },
    { method: "POST", headers: {}, receivedAt: "2024-05-01T10:00:01Z" },
    { method: 1, url: "/x", headers: {} },
    { method: "POST", url: "/x", headers: "none" },
    { method: "POST", url: "/x", headers: {}, body: { a: 1 } },
  ])("%j is too little to be one", (payload) => {
    const input = JSON.stringify(payload);
    expect(summary(input)).toEqual([[input, "", undefined]]);
  });

  test("a dead letter without its body is refused, and says where the body is", () => {
    const chatx = {
      identity: "0".repeat(32),
      source: "hooks.jsonl",
      record: 7,
      withheld: ["header X-Api-Key", "body"],
    };
    expect(split(capture({ body: "", chatx })).records).toMatchObject([
      { problem: { code: "input/body-withheld", args: { source: "hooks.jsonl", record: 7 } } },
    ]);
    expect(summary(capture({ body: "", chatx: { withheld: ["url"] } }))).toEqual([
      ["input/no-body", "", undefined],
    ]);
  });
});

describe("Base64 bodies", () => {
  test("are decoded", () => {
    expect(summary(capture({ bodyBase64: base64('[{"é":1}]') }))).toEqual([['{"é":1}', "/0", "/bodyBase64"]]);
  });

  test.each(["e30", "e3*9", "e30=e30=", "e"])("%s is checked", (bodyBase64) => {
    const expected = bodyBase64 === "e30" ? "{}" : "input/bad-base64";
    expect(summary(capture({ bodyBase64 }))).toEqual([[expected, "", "/bodyBase64"]]);
  });

  test("of gzip are inflated by what is injected, else refused", () => {
    const input = capture({ bodyBase64: base64(gzipSync('[{"a":1}]')) });
    expect(summary(input, { inflate: inflateBody })).toEqual([['{"a":1}', "/0", "/bodyBase64"]]);
    expect(summary(input)).toEqual([["input/compressed", "", "/bodyBase64"]]);
    const bomb = capture({ bodyBase64: base64(gzipSync(`["${"a".repeat(5000)}"]`)) });
    expect(summary(bomb, { inflate: inflateBody, maxRecordBytes: 1000 })).toEqual([
      ["input/inflated-too-large", "", "/bodyBase64"],
    ]);
  });

  test("of gzip in gzip, or in UTF-16, are refused", () => {
    const twice = capture({ bodyBase64: base64(gzipSync(gzipSync("{}"))) });
    expect(split(twice, { inflate: inflateBody }).records).toMatchObject([
      { problem: { code: "input/compressed", args: { kind: "doubly gzip-compressed" } } },
    ]);
    const wide = capture({ bodyBase64: base64(Buffer.from("{}", "utf16le")) });
    expect(split(wide).records).toMatchObject([
      { problem: { code: "input/not-utf8", args: { encoding: "UTF-16LE" } } },
    ]);
  });

  test("any bytes survive", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.boolean(), (bytes, isPadded) => {
        const text = base64(bytes);
        expect(decodeBase64(isPadded ? text : text.replace(/=+$/, ""))).toEqual(bytes);
      }),
    );
  });

  test("left-over bits are refused", () => {
    expect(decodeBase64("e31=")).toBeUndefined();
  });
});

describe("HAR 1.2", () => {
  const entry = (postData?: object) => ({
    startedDateTime: "2024-05-01T10:00:00.000Z",
    request: { method: "POST", url: "https://example.com/", headers: [{ name: "A", value: "1" }], postData },
    response: { content: { text: '{"not":"this"}' } },
  });
  const har = (...entries: object[]) =>
    JSON.stringify({ log: { version: "1.2", creator: { name: "x" }, entries, pages: [] } }, null, 2);

  test("each entry's request body is read, with the facts of the request", () => {
    const facts: unknown[] = [];
    eachRecord(har(entry({ text: '{"a":1}' }), entry({ text: "[1,2]" })), ({ container, capture, pointer }) =>
      facts.push([container, pointer, capture]),
    );
    const told = {
      method: "POST",
      url: "https://example.com/",
      headers: [["A", "1"]],
      receivedAt: "2024-05-01T10:00:00.000Z",
    };
    expect(facts).toEqual([
      ["/log/entries/0/request/postData/text", "", told],
      ["/log/entries/1/request/postData/text", "/0", told],
      ["/log/entries/1/request/postData/text", "/1", told],
    ]);
  });

  test.each(["encoding", "_encoding"])("a body in Base64 is told by %s", (key) => {
    expect(summary(har(entry({ text: base64("{}"), [key]: "base64" })))[0]?.[0]).toBe("{}");
  });

  test("a form that is told by its fields alone is put together", () => {
    const params = [{ name: "a&b", value: "1 + 2" }, { name: "b", value: "ü" }, { name: "c" }];
    const input = har(entry({ mimeType: "application/x-www-form-urlencoded; charset=utf-8", params }));
    const types: unknown[] = [];
    eachRecord(input, ({ capture, placesOf, start }) => {
      types.push(capture?.headers?.at(-1));
      expect(placesOf([0, 3])).toEqual([start, start]);
    });
    expect(types).toEqual([["content-type", "application/x-www-form-urlencoded; charset=utf-8"]]);
    const [[form, , container]] = summary(input) as [[string, string, string]];
    expect([...new URLSearchParams(form)]).toEqual([
      ["a&b", "1 + 2"],
      ["b", "ü"],
      ["c", ""],
    ]);
    expect(container).toBe("/log/entries/0/request/postData/params");
    eachRecord(har(entry({ params })), ({ capture }) =>
      expect(capture?.headers?.at(-1)).toEqual(["content-type", "application/x-www-form-urlencoded"]),
    );
  });

  test.each<object>([
    { mimeType: "multipart/form-data", params: [{ name: "a", value: "1" }] },
    { params: [{ name: "a", fileName: "a.txt" }] },
  ])("parts of a multipart body are refused: %j", (postData) => {
    expect(summary(har(entry(postData)))).toEqual([["input/body-in-parts", "/log/entries/0", undefined]]);
  });

  test("the type that a body has beside the headers is one of its headers", () => {
    const typed = entry({ mimeType: "text/json", text: "{}" });
    eachRecord(har(typed), ({ capture }) =>
      expect(capture?.headers?.at(-1)).toEqual(["content-type", "text/json"]),
    );
    typed.request.headers.push({ name: "Content-Type", value: "application/json" });
    eachRecord(har(typed), ({ capture }) =>
      expect(capture?.headers?.at(-1)).toEqual(["Content-Type", "application/json"]),
    );
    expect.assertions(2);
  });

  test("an entry without a body is a remark, a broken entry a bad record, and the others are read", () => {
    const input = har(entry(), entry({ params: [] }), entry({ text: '{"a":1}' })).replace(
      '"response":',
      '"response"',
    );
    expect(summary(input)).toEqual([
      [expect.stringContaining('"response" {'), "/log/entries/0", undefined],
      ["input/no-body", "/log/entries/1", undefined],
      ['{"a":1}', "", "/log/entries/2/request/postData/text"],
    ]);
  });
});

describe("places in a body are those of its spelling in the outer file", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 12 });
  /** Spells some of the characters as escapes that JSON.stringify would not use. */
  const spelled = (value: string, escapesAll: boolean) =>
    escapesAll
      ? `"${[...value]
          .flatMap((one) => one.split(""))
          .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
          .join("")}"`
      : JSON.stringify(value).replaceAll("/", "\\/");

  test("for every character of any body", () => {
    fc.assert(
      fc.property(text, text, fc.boolean(), (before, inside, escapesAll) => {
        const body = `\n ${JSON.stringify(inside)} `;
        const head = `{"method":${JSON.stringify(before)},\n"body":`;
        const outer = `${head}${spelled(body, escapesAll)}}`;
        eachRecord(outer, (record) => {
          const value = new TextDecoder().decode(record.bytes);
          expect(value).toBe(JSON.stringify(inside));
          // Every character boundary of the payload, and where its spelling starts.
          const characters = [...value];
          const offsets: number[] = [];
          const expected: object[] = [];
          for (let count = 0; count <= characters.length; count++) {
            const part = characters.slice(0, count).join("");
            const at = head + spelled(body.slice(0, 2) + part, escapesAll).slice(0, -1);
            offsets.push(encodeUtf8(part).length);
            expected.push({ offset: encodeUtf8(at).length, line: 2, column: at.length - at.indexOf("\n") });
          }
          expect(record.placesOf(offsets)).toEqual(expected);
        });
      }),
    );
  });

  test("for Base64 the character that the byte begins in", () => {
    const outer = capture({ bodyBase64: base64(' {"a":1}') });
    const start = outer.indexOf("IHsi") + 1;
    eachRecord(outer, (record) =>
      expect(record.placesOf([0, 1, 2, 3]).map(({ column }) => column - start)).toEqual([1, 2, 4, 5]),
    );
    expect.assertions(1);
  });

  test("for gzip the string itself", () => {
    const outer = capture({ bodyBase64: base64(gzipSync('{"a":1}')) });
    eachRecord(outer, ({ placesOf, start }) => expect(placesOf([0, 3])).toEqual([start, start]), {
      inflate: inflateBody,
    });
    expect.assertions(1);
  });
});
