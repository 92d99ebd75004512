import { describe, expect, test } from "vitest";
import { findingsOf } from "../../src/diagnostics/place.ts";
import type { TellBeside } from "../../src/input/beside.ts";
import { split } from "./split.ts";

/** What is told of members beside a list, with the text at its place. */
function beside(input: string, chunks?: readonly number[]) {
  const told: unknown[] = [];
  const tell: TellBeside = (part, members) => {
    for (const finding of findingsOf(part, undefined, members, { strict: false })) {
      const { code, severity, record, pointer, container, line, column, offset } = finding;
      const inBody = container === undefined ? {} : { container };
      told.push({ code, severity, record, pointer, line, column, offset, ...inBody });
    }
  };
  const { records } = split(input, { beside: tell, ...(chunks === undefined ? {} : { chunks }) });
  return { told, records };
}

const unknown = { code: "schema/unknown-field", severity: "warning", record: 0 };

describe("members beside conversations", () => {
  const text =
    '{"näxt": "page2",\n "conversations": [{"id":"a"},\n{"id":"b"}],\n  "total": 3000, "a/b": {"c": []}}';

  test.each([[undefined], [[1]], [[5, 3]]])("are told at their keys, in chunks of %j", (chunks) => {
    const { told, records } = beside(text, chunks);
    expect(told).toEqual([
      { ...unknown, pointer: "/näxt", line: 1, column: 2, offset: 1 },
      { ...unknown, pointer: "/total", line: 4, column: 3, offset: text.indexOf('"total"') + 1 },
      { ...unknown, pointer: "/a~1b", line: 4, column: 18, offset: text.indexOf('"a/b"') + 1 },
    ]);
    expect(records.map(({ pointer, number }) => [pointer, number])).toEqual([
      ["/conversations/0", 1],
      ["/conversations/1", 2],
    ]);
  });

  test("are told in the bodies of captures", () => {
    const body = JSON.stringify('{"conversations":[],"next":1}');
    const capture = `\n{"method":"POST","body":${body}}`;
    expect(beside(capture).told).toEqual([
      {
        ...unknown,
        pointer: "/next",
        container: "/body",
        line: 2,
        column: capture.indexOf("next") - 2,
        offset: capture.indexOf("next") - 2,
      },
    ]);
  });

  test.each([
    '{"conversations":[{"id":"a"}]}',
    '{"log":{"version":"1.2","entries":[],"pages":[]}}',
    '[{"conversations":[],"next":1}]',
    '{"conversations":{},"next":1}',
  ])("are none in %s", (other) => {
    expect(beside(other).told).toEqual([]);
  });

  test("are not told of a document that is broken there: that is an error of its own", () => {
    const { told, records } = beside('{"conversations":[], "next": tru}');
    expect(told).toEqual([]);
    expect(records.map(({ problem }) => problem?.code)).toEqual(["json/syntax"]);
  });
});
