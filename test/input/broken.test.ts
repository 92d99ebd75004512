import { describe, expect, test } from "vitest";
import { split, texts } from "./split.ts";

const codes = (input: string) => split(input).records.flatMap(({ problem }) => problem?.code ?? []);

describe("a broken line of JSON Lines ends with its line", () => {
  test.each([
    '{"a":1',
    '{"a":"x',
    '{"a":"x\\',
    '{"a":',
    '{"a"',
    '{"a":[1,',
    '{"a":[1,{"b":2}',
    "{",
    '{"a":1,,"b":2}',
    '{"a":1]',
    '{"a" 1}',
    "{,}",
    '{"a":1,}',
    '{"a":[}{"b":1}',
    "[1}",
  ])("%s", (line) => {
    const before = '{"n":1}';
    const after = ['{"n":3}', '{"n":4}'];
    const { records } = split([before, line, ...after].join("\n"));
    const onLine = (number: number) =>
      records.filter((record) => record.line === number).map(({ text }) => text);
    expect(onLine(1)).toEqual([before]);
    expect(onLine(2).join("")).toContain(line.startsWith("[") ? "1}" : line.slice(0, 3));
    expect([onLine(3), onLine(4)]).toEqual([[after[0]], [after[1]]]);
  });

  test("one of a thousand is reported alone", () => {
    const lines = Array.from({ length: 1_000 }, (_, index) => `{"index":${index}}`);
    lines[499] = '{"index":"no end';
    const { records } = split(`${lines.join("\r\n")}\r\n`);
    expect(records.map(({ text }) => text)).toEqual(lines);
    expect(records[499]).toMatchObject({ number: 500, line: 500, column: 1 });
    expect(records.some(({ problem }) => problem !== undefined)).toBe(false);
  });

  test("lines that are lists or Ferndesk documents are cut the same way", () => {
    expect(texts('[1,2\n[3]\n[4,{"a":\n{"b":1}\n')).toEqual([
      "1",
      "2",
      "json/unexpected-end at ",
      "3",
      "4",
      '{"a":',
      '{"b":1}',
    ]);
    const document = '{"conversations":[{"id":"1"},{"id":"2"}]}';
    const cut = split(`${document.slice(0, 35)}\n${document}\n`).records;
    expect(cut.map(({ text, line, pointer }) => [text, line, pointer])).toEqual([
      ['{"id":"1"}', 1, "/conversations/0"],
      ['{"id":', 1, "/conversations/1"],
      ['{"id":"1"}', 2, "/conversations/0"],
      ['{"id":"2"}', 2, "/conversations/1"],
    ]);
  });
});

describe("a broken pretty-printed document is one bad record", () => {
  const document = [
    "{",
    '  "a": 1,',
    '  "b": {',
    '    "list": [',
    "      {",
    '        "x": 1',
    "      }",
    "    ]",
    "  }",
    "}",
  ];
  const edits: [string, number, string][] = [
    ["a missing comma", 1, '  "a": 1'],
    ["a trailing comma", 5, '        "x": 1,'],
    ["a missing quote", 5, '        "x: 1'],
    ["a missing bracket", 7, ""],
    ["the wrong bracket", 7, "    }"],
    ["a raw line feed in a string", 5, '        "x": "1\n2"'],
    ["an extra comma", 1, '  "a": 1,,'],
    ["a word", 5, "        x"],
  ];

  test.each(edits)("with %s", (_, line, text) => {
    const lines = document.with(line, text);
    expect(texts(`${lines.join("\n")}\n`)).toEqual([lines.join("\n")]);
    expect(texts(`{"a":1}\n${lines.join("\n")}\n{"b":2}\n`)).toEqual([
      '{"a":1}',
      lines.join("\n"),
      '{"b":2}',
    ]);
  });

  test("also when it is cut off", () => {
    const half = document.slice(0, 6).join("\n");
    expect(texts(half)).toEqual([half]);
    expect(texts(`${half}\n{"b":2}`)).toEqual([half, '{"b":2}']);
  });
});

describe("text that is no JSON is one bad record up to the next line that may be one", () => {
  const page = '<!DOCTYPE html>\n<html>\n  <script>{"a": 1}</script>\n  {x}\n</html>';

  test("an HTML page alone, before, between and after records", () => {
    expect(texts(page)).toEqual([page]);
    expect(texts(`\n${page}\n\n{"a":1}`)).toEqual([page, '{"a":1}']);
    expect(texts(`{"a":1}\n${page}\n[2]\n${page}`)).toEqual(['{"a":1}', page, "2", page]);
  });

  test.each([
    "502 Bad Gateway".slice(4),
    "2024-01-01T00:00:00Z INFO started",
    "undefined",
    "01",
    "'a'",
    "}",
    "-",
  ])("%s", (line) => {
    expect(texts(`{"a":1}\n${line}\n{"b":2}`)).toEqual(['{"a":1}', line, '{"b":2}']);
  });

  test("behind a document on the same line it is that line's fault", () => {
    expect(split('{"a":1} grün{2}\n{"b":2}').records).toMatchObject([
      { text: '{"a":1}' },
      {
        text: "grün{2}",
        column: 9,
        problem: {
          code: "json/syntax",
          args: { expected: "the end of the payload", found: "grün" },
          offset: 0,
          end: 5,
        },
      },
      { text: '{"b":2}', line: 2 },
    ]);
  });

  test("a comma between documents is a finding, and both are read", () => {
    expect(texts('{"a":1},\n{"b":2},{"c":3}')).toEqual([
      '{"a":1}',
      "json/syntax at ,",
      '{"b":2}',
      "json/syntax at ,",
      '{"c":3}',
    ]);
  });

  test("a closing bracket too much leaves the document whole", () => {
    expect(texts('{"a":1}}\n[2]]\n{"b":2}')).toEqual([
      '{"a":1}',
      "json/syntax at }",
      "2",
      "json/syntax at ]",
      '{"b":2}',
    ]);
  });
});

describe("a broken element of a list ends at the list's own comma or bracket", () => {
  test.each([
    ["a fault inside", '[{"a":1,,},{"b":"],"}]', ['{"a":1,,}', '{"b":"],"}']],
    ["a bracket that is missing", '[{"a":[1,2},{"b":1}]', ['{"a":[1,2}', '{"b":1}']],
    ["a word", "[1,nope,2]", ["1", "nope", "2"]],
    ["a closing brace", "[1,},2]", ["1", "}", "2"]],
    [
      "an element that fills the rest of its line only",
      '[\n {"a":"x},\n {"b":2}\n]',
      ['{"a":"x},', '{"b":2}'],
    ],
    ["an element cut off in its line", '[\n {"a":\n {"b":2},\n {"c":3}\n]', ['{"a":', '{"b":2}', '{"c":3}']],
  ])("%s", (_, input, expected) => {
    expect(texts(input)).toEqual(expected);
    expect(texts(`{"conversations":${input}}`)).toEqual(expected);
    expect(codes(input)).toEqual([]);
  });

  test("indexes go on behind it", () => {
    expect(split('[{"a":},{"b":2}]').records.map(({ pointer }) => pointer)).toEqual(["/0", "/1"]);
  });
});

describe("faults of a list are reported once, at their place, and its elements come out", () => {
  const problems = (input: string) =>
    split(input).records.flatMap(({ problem, line, column, pointer }) =>
      problem === undefined ? [] : [[problem.code, problem.args, `${line}:${column}`, pointer]],
    );

  test.each([
    [
      "a missing comma",
      '[{"a":1}\n {"b":2}]',
      ["json/syntax", { expected: '"," or "]"', found: "{" }, "2:2", ""],
    ],
    [
      "a doubled comma",
      '[{"a":1},,{"b":2}]',
      ["json/syntax", { expected: "a value", found: "," }, "1:10", ""],
    ],
    [
      "a comma before all",
      '[,{"a":1},{"b":2}]',
      ["json/syntax", { expected: 'a value or "]"', found: "," }, "1:2", ""],
    ],
    ["a trailing comma", '[{"a":1},{"b":2}\n,\n\n]', ["json/trailing-comma", { before: "]" }, "2:1", ""]],
    ["no end", '[{"a":1},{"b":2}\n\n', ["json/unexpected-end", { expected: '"," or "]"' }, "1:17", ""]],
    [
      "no end behind a comma",
      '[{"a":1},{"b":2},\n',
      ["json/unexpected-end", { expected: "a value" }, "1:18", ""],
    ],
    [
      "a word between",
      '[{"a":1} und {"x":0},{"b":2}]',
      ["json/syntax", { expected: '"," or "]"', found: "und" }, "1:10", "/1"],
    ],
    ["a mark between", '[{"a":1},\ufeff{"b":2}]', ["json/byte-order-mark", {}, "1:10", ""]],
  ])("%s", (_, input, expected) => {
    expect(problems(input)).toEqual([expected]);
    expect(texts(input)).toEqual(expect.arrayContaining(['{"a":1}', '{"b":2}']));
  });

  test("nothing at all in the list", () => {
    expect(problems("[")).toEqual([["json/unexpected-end", { expected: 'a value or "]"' }, "1:2", ""]]);
  });

  test("an element cut off by the end is the only finding", () => {
    expect(texts('[{"a":1},{"b":')).toEqual(['{"a":1}', '{"b":']);
    expect(texts("[1, tru")).toEqual(["1", "tru", "json/unexpected-end at "]);
  });
});

describe("a document's own members must be sound", () => {
  const problems = (input: string) =>
    split(input).records.flatMap(({ problem, offset }) =>
      problem === undefined ? [] : [[problem.code, offset + problem.offset, offset + problem.end]],
    );

  test.each([
    ["before the list", '{"ä":tru,"conversations":[{"a":1}]}', [["json/syntax", 6, 9]]],
    ["after it", '{"conversations":[{"a":1}],"x":01}', [["json/syntax", 31, 33]]],
    ["a missing comma", '{"conversations":[{"a":1}] "x":1}', [["json/syntax", 27, 28]]],
    ["a trailing comma", '{"conversations":[{"a":1}],}', [["json/trailing-comma", 26, 27]]],
    ["no end", '{"conversations":[{"a":1}]', [["json/unexpected-end", 26, 26]]],
    [
      "in a HAR",
      '{"log":{"a":1,"entries":[{"a":1}]"b":2}}',
      [
        ["input/no-body", 25, 32],
        ["json/syntax", 33, 34],
      ],
    ],
  ])("%s", (_, input, expected) => {
    expect(problems(input)).toEqual(expected);
    expect(split(input).records.some(({ text }) => text === '{"a":1}')).toBe(true);
  });

  test("a fault before the list is found makes the document one bad record", () => {
    const input = '{"x":1 "conversations":[{"a":1}]}';
    expect(texts(`${input}\n{"b":2}`)).toEqual([input, '{"b":2}']);
  });

  test("bytes that are not UTF-8", () => {
    const bytes = Buffer.from('{"x":"\xe9","conversations":[{"a":1}]}', "latin1");
    expect(split(bytes).records).toMatchObject([
      { problem: { code: "json/invalid-utf8", args: { byte: 0xe9 }, offset: 6, end: 7 } },
      { text: '{"a":1}' },
    ]);
  });
});

describe("byte order marks", () => {
  test("one at the start is no part of the record, and takes no column", () => {
    expect(split('\ufeff{"a":1}').records).toMatchObject([
      { text: '{"a":1}', offset: 3, line: 1, column: 1 },
    ]);
    expect(split("\ufeff").records).toEqual([]);
  });

  test("one anywhere else is a finding, and what follows is read", () => {
    const { records } = split('{"a":1}\n\ufeff{"b":2}');
    expect(records).toMatchObject([
      { text: '{"a":1}' },
      { problem: { code: "json/byte-order-mark" }, offset: 8, line: 2, column: 1 },
      { text: '{"b":2}', offset: 11 },
    ]);
  });
});

describe("limits", () => {
  const long = JSON.stringify({ text: "x".repeat(200) });

  test("a record over the limit is a problem, and the next ones are read", () => {
    for (const input of [`{"a":1}\n${long}\n{"b":2}`, `[{"a":1},${long},{"b":2}]`]) {
      const { records } = split(input, { maxRecordBytes: 100 });
      expect(records).toMatchObject([
        { number: 1, text: '{"a":1}' },
        {
          number: 2,
          text: long.slice(0, 100),
          problem: { code: "input/record-too-large", args: { limitBytes: 100 } },
        },
        { number: 3, text: '{"b":2}' },
      ]);
      expect(records.map(({ pointer }) => pointer)).toEqual(
        input.startsWith("[") ? ["/0", "/1", "/2"] : ["", "", ""],
      );
    }
  });

  test("one of exactly the limit is read", () => {
    expect(texts(long, { maxRecordBytes: long.length })).toEqual([long]);
    expect(texts(long, { maxRecordBytes: long.length - 1 })).toEqual([expect.stringContaining("too-large")]);
  });

  test("a broken record over the limit is clipped behind its fault", () => {
    const page = `<html>${"x".repeat(500)}`;
    expect(texts(`${page}\n{"a":1}`, { maxRecordBytes: 100 })).toEqual([page.slice(0, 100), '{"a":1}']);
  });

  test.each(["[", '{"a":', '{"a":\n', "[\n", '[{"a":\n', "[1,\n", '"', "{\n"])(
    "a great many of %j are no crash",
    (text) => {
      const times = text.includes("\n") ? 50_000 : 1_000_000;
      const { records } = split(text.repeat(times), { chunks: [65_536] });
      expect(records.length).toBeGreaterThan(0);
    },
  );

  test("nesting of any depth is handed on as one record", () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    expect(texts(`[${deep},1]`)).toEqual([deep, "1"]);
    expect(texts(`{"a":${deep}}\n{"b":1}`)).toEqual([`{"a":${deep}}`, '{"b":1}']);
  });
});
