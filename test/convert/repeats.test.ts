import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RepeatTable } from "../../src/repeats/repeat-table.ts";

describe("RepeatTable", () => {
  test("says what a Map says, for any sequence of ids and contents", () => {
    const entry = fc.tuple(fc.constantFrom("a", "b", "c", "__proto__", ""), fc.constantFrom("1", "2", ""));
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 40 }), (entries) => {
        const table = new RepeatTable();
        const model = new Map<string, string>();
        for (const [id, content] of entries) {
          const first = model.get(id);
          const expected = first === undefined ? "new" : first === content ? "same" : "differs";
          if (first === undefined) model.set(id, content);
          expect(table.seen(id, new TextEncoder().encode(content))).toBe(expected);
        }
      }),
    );
  });

  test("grows without forgetting", () => {
    const table = new RepeatTable();
    for (let k = 0; k < 5000; k++) expect(table.numberOf(`id ${k}`, k + 2 ** 40)).toBeUndefined();
    for (let k = 0; k < 5000; k++) expect(table.numberOf(`id ${k}`, 1)).toBe(k + 2 ** 40);
  });

  test("keeps the first content, though its bytes are used again", () => {
    const table = new RepeatTable();
    const bytes = new TextEncoder().encode("one");
    expect(table.seen("a", bytes)).toBe("new");
    bytes.fill(0);
    expect(table.seen("a", new TextEncoder().encode("one"))).toBe("same");
  });

  test("tells contents of one id apart when only they count", () => {
    const table = new RepeatTable();
    const of = (text: string) => new TextEncoder().encode(text);
    expect([of("1"), of("2"), of("1"), of("2")].map((content) => table.seenContent("a", content))).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });
});
