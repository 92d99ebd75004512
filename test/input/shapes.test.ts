import { describe, expect, test } from "vitest";
import { PlaceTracker } from "../../src/input/places.ts";
import { RecordSplitter, readRecords } from "../../src/input/records.ts";
import { encodeUtf8 } from "../../src/json/text.ts";
import { MEBIBYTE, seen, split, texts } from "./split.ts";

describe("content decides the shape", () => {
  test.each([
    ["one document", ' {"a":1} ', ['{"a":1}']],
    ["a pretty-printed document", '{\n  "a": 1\n}\n', ['{\n  "a": 1\n}']],
    ["JSON Lines without a last line feed", '{"a":1}\n{"b":2}', ['{"a":1}', '{"b":2}']],
    ["CRLF and blank lines", '\r\n{"a":1}\r\n\r\n \t\r\n{"b":2}\r\n', ['{"a":1}', '{"b":2}']],
    ["a lone CR inside a record", '{"a":\r1}\n{"b":2}', ['{"a":\r1}', '{"b":2}']],
    ["U+2028 in a string", '{"a":"\u2028"}\n{"b":2}', ['{"a":"\u2028"}', '{"b":2}']],
    [
      "compact and pretty texts after each other",
      '{"a":1}{\n "b": [\n  2\n ]\n}{"c":3}',
      ['{"a":1}', '{\n "b": [\n  2\n ]\n}', '{"c":3}'],
    ],
    ["lists on lines", "[1,2]\n[3]", ["1", "2", "3"]],
    ["scalars", '1 true\n"x"null', ["1", "true", '"x"', "null"]],
    [
      "one conversation a line in Ferndesk documents",
      '{"conversations":[1]}\n{"conversations":[2,3]}',
      ["1", "2", "3"],
    ],
  ])("%s", (_, input, expected) => {
    expect(texts(input)).toEqual(expected);
  });

  test("`conversations` that is no list, or is deeper down, is part of a payload", () => {
    for (const input of [
      '{"conversations":{"a":[1]}}',
      '{"x":{"conversations":[1]}}',
      '{"log":[{"entries":[1]}]}',
      '{"entries":[1]}',
    ]) {
      expect(texts(input)).toEqual([input]);
    }
    expect(texts('[{"conversations":[1]}]')).toEqual(['{"conversations":[1]}']);
  });

  test("an empty list is told from an empty source", () => {
    for (const input of ["[]", "[ \n]", '{"conversations":[]}', '{"log":{"entries":[]}}']) {
      expect(split(input)).toEqual({ records: [], sawContainer: true });
    }
    for (const input of ["", " \n\r\n", "\u001e", "\u001e\n\u001e"]) {
      expect(split(input)).toEqual({ records: [], sawContainer: false });
    }
  });
});

describe("RFC 7464", () => {
  test("a number or literal without anything behind it may be cut off", () => {
    expect(texts('\u001e12\n\u001e34\u001e{"a":1}\u001etrue\u001e"x"\u001e5')).toEqual([
      "12",
      "input/cut-off at 34",
      '{"a":1}',
      "input/cut-off at true",
      '"x"',
      "input/cut-off at 5",
    ]);
  });

  test("a text that is cut off ends at the next separator, wherever that stands", () => {
    expect(texts('\u001e{"a":"x\u001e[1,\u001e{"b":\u001egarbage {\n \u001e{"c":3}\n')).toEqual([
      '{"a":"x',
      "1",
      "json/unexpected-end at ",
      '{"b":',
      "garbage {",
      '{"c":3}',
    ]);
  });

  test("in other input the separator is a stray character of its record", () => {
    expect(texts('{"a":"x\u001ey"}\n{"b":2}')).toEqual(['{"a":"x\u001ey"}', '{"b":2}']);
  });
});

describe("places", () => {
  test("columns count UTF-16 units, also in the middle of a long line", () => {
    const before = '{"t":"é😀'.padEnd(300, "x");
    const { records } = split(`[${before}"},{"a":1}]`);
    expect(records[1]).toMatchObject({
      line: 1,
      column: before.length + 5,
      offset: encodeUtf8(before).length + 4,
    });
  });

  test("offsets into a record get their lines and columns", () => {
    const splitter = new RecordSplitter("x", { maxRecordBytes: MEBIBYTE });
    const [, record] = splitter.push(encodeUtf8('[1, {\n  "é": "😀",\n"b": 2}]'));
    expect(record!.placesOf([0, 2, 4, 7, 11, 17, 20])).toEqual([
      { offset: 4, line: 1, column: 5 },
      { offset: 6, line: 2, column: 1 },
      { offset: 8, line: 2, column: 3 },
      { offset: 11, line: 2, column: 5 },
      { offset: 15, line: 2, column: 9 },
      { offset: 21, line: 2, column: 13 },
      { offset: 24, line: 3, column: 3 },
    ]);
  });

  test("a tracker that is asked with gaps counts what lies between", () => {
    const bytes = encodeUtf8(`${"é".repeat(100)}\n\n${"😀".repeat(100)}x`);
    const tracker = new PlaceTracker();
    expect(tracker.placeOf(201, bytes, 0)).toEqual({ offset: 201, line: 2, column: 1 });
    expect(tracker.placeOf(602, bytes, 0)).toEqual({ offset: 602, line: 3, column: 201 });
  });
});

describe("memory", () => {
  test("a record within one chunk is a view of it, also behind one that was put together", () => {
    const splitter = new RecordSplitter("x", { maxRecordBytes: MEBIBYTE });
    expect([...splitter.push(encodeUtf8('{"a":'))]).toEqual([]);
    const chunk = encodeUtf8('1}\n{"b":2}\n{"c":3}\n');
    const shared = Array.from(splitter.push(chunk), ({ bytes }) => bytes.buffer === chunk.buffer);
    expect(shared).toEqual([false, true, true]);
  });
});

describe("a probe", () => {
  test("is offered every value of the top level and every element, and what it takes is counted", () => {
    const offered: string[] = [];
    const probe = (bytes: Uint8Array, start: number, end: number) => {
      offered.push(new TextDecoder().decode(bytes.subarray(start, Math.min(end, start + 7))));
      return bytes[start + 2] === 0x79 ? start + 7 : -1;
    };
    const input = '{"y":1}\n[{"n":1},{"y":2}]{"n":2}{"conversations":[{"y":3}]}';
    const splitter = new RecordSplitter("x", { maxRecordBytes: MEBIBYTE, probe });
    const records = [...splitter.push(encodeUtf8(input)), ...splitter.end()].map(seen);
    expect(records.map(({ number, text, pointer }) => [number, text, pointer])).toEqual([
      [2, '{"n":1}', "/0"],
      [4, '{"n":2}', ""],
    ]);
    expect(offered).toEqual(['{"y":1}', '{"n":1}', '{"y":2}', '{"n":2}', '{"conve', '{"y":3}']);
    expect(splitter.records).toBe(5);
  });

  test("does not excuse what stands behind the value", () => {
    const probe = (_: Uint8Array, start: number) => start + 7;
    expect(texts('{"a":1}x\n[{"b":1}{"c":1}', { probe })).toEqual([
      "json/syntax at x",
      "json/syntax at {",
      "json/unexpected-end at ",
    ]);
  });
});

describe("readRecords", () => {
  test("takes chunks of any kind of iterable and tells of other encodings", async () => {
    const read = async (...chunks: Uint8Array[]) => {
      const all: string[] = [];
      for await (const record of readRecords({ name: "x", chunks }, { maxRecordBytes: 99 })) {
        all.push(record.problem?.code ?? seen(record).text);
      }
      return all;
    };
    expect(await read(encodeUtf8("["), encodeUtf8("1,"), new Uint8Array(0), encodeUtf8("2]"))).toEqual([
      "1",
      "2",
    ]);
    expect(await read()).toEqual([]);
    expect(await read(Uint8Array.of(0x1f), Uint8Array.of(0x8b, 8, 0, 0, 0))).toEqual(["input/compressed"]);
    expect(await read(Uint8Array.of(0x7b, 0), Uint8Array.of(0x7d, 0))).toEqual(["input/not-utf8"]);
  });

  test("lets failures to read through", async () => {
    const failure = new Error("disk");
    function* chunks() {
      yield encodeUtf8('{"a":1}');
      throw failure;
    }
    const records = readRecords({ name: "x", chunks: chunks() }, { maxRecordBytes: 99 });
    expect((await records.next()).value).toMatchObject({ number: 1 });
    await expect(records.next()).rejects.toBe(failure);
  });
});
