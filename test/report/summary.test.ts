import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ConvertSummary } from "../../src/convert/types.ts";
import { convertSummary } from "../../src/report/summary.ts";
import { anyText, unsafeOnTerminal } from "./arbitrary.ts";

const nothing: ConvertSummary = {
  read: 5,
  written: 3,
  conversations: 3,
  skipped: 1,
  rejected: 1,
  skippedBy: new Map(),
  rejectedBy: new Map(),
  dropped: new Map(),
  derived: new Map(),
  unknownFields: new Map(),
  invented: new Map(),
  findings: new Map(),
};

describe("the summary of a conversion", () => {
  test("is one line that adds up where nothing else is to tell", () => {
    expect(convertSummary(nothing)).toBe("records read 5 = written 3 + skipped 1 + rejected 1\n");
  });

  test("tells how many conversations were written where records were folded", () => {
    const [, second] = convertSummary({ ...nothing, conversations: 1 }).split("\n");
    expect(second).toBe("conversations written 1");
    expect(convertSummary({ ...nothing, conversations: 3 })).toBe(convertSummary(nothing));
  });

  test("lists reasons and fields, the greatest number first", () => {
    const text = convertSummary({
      ...nothing,
      skippedBy: new Map([["userlike operator", 1]]),
      rejectedBy: new Map([["schema/missing-field", 1]]),
      dropped: new Map([
        ["/visitor/userAgent", 3],
        ["/messages/*/type", 12],
        ["/channel/rating", 3],
      ]),
      derived: new Map([["/duration", 3]]),
      unknownFields: new Map([["/ratng", 1]]),
      invented: new Map([["/conversations/*/id", 1]]),
      findings: new Map([["decode/zone-assumed", 1]]),
    });
    expect(text).toBe(
      `records read 5 = written 3 + skipped 1 + rejected 1
skipped:
  1  userlike operator
rejected:
  1  schema/missing-field
dropped fields:
  12  /messages/*/type
   3  /channel/rating
   3  /visitor/userAgent
derived fields:
  3  /duration
unknown fields:
  1  /ratng
invented fields:
  1  /conversations/*/id
findings:
  1  decode/zone-assumed
`,
    );
  });

  test("shows twelve fields and says where the others are", () => {
    const dropped = new Map(Array.from({ length: 15 }, (_, index) => [`/field${index}`, 15 - index]));
    const lines = convertSummary({ ...nothing, dropped })
      .trimEnd()
      .split("\n");
    expect(lines.length).toBe(2 + 12 + 1);
    expect(lines.at(-2)).toBe("   4  /field11");
    expect(lines.at(-1)).toBe("  and 3 more; --loss-report FILE lists all");
  });

  test("is the same in whatever order the fields came", () => {
    const fields = fc.uniqueArray(fc.tuple(anyText, fc.integer({ min: 1, max: 3 })), {
      selector: ([name]) => name,
    });
    fc.assert(
      fc.property(fields, (entries) => {
        const dropped = new Map(entries);
        const reversed = new Map([...entries].reverse());
        expect(convertSummary({ ...nothing, dropped })).toBe(
          convertSummary({ ...nothing, dropped: reversed }),
        );
      }),
    );
  });

  test("keeps one line a field and no control characters, whatever its name", () => {
    fc.assert(
      fc.property(anyText, (name) => {
        const text = convertSummary({
          ...nothing,
          dropped: new Map([[name, 1]]),
          skippedBy: new Map([[name, 1]]),
        });
        expect(text).not.toMatch(unsafeOnTerminal);
        expect(text.split("\n").length).toBe(6);
      }),
    );
  });
});
