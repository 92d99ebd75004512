import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Content, Identities } from "../../src/replay/identity.ts";
import { FirstPass } from "../../src/replay/journal/first-pass.ts";
import type { RecordedState } from "../../src/replay/journal/format.ts";

function content(text: string): Content {
  return { method: "POST", fingerprint: "", payload: new TextEncoder().encode(text) };
}

/** A record as the passes see it. */
interface Seen {
  readonly text: string;
  /** Whether it carries its name, as a dead letter does. */
  readonly hasName: boolean;
  /** What the journal knows of its message. */
  readonly state: RecordedState | undefined;
}

const seen: fc.Arbitrary<Seen> = fc.record({
  text: fc.constantFrom("{}", "[]", '"a"', "1"),
  hasName: fc.boolean(),
  state: fc.constantFrom(
    undefined,
    "delivered" as const,
    "failed" as const,
    "unknown" as const,
    "held" as const,
  ),
});

function firstPassOver(records: readonly Seen[]): FirstPass {
  const first = new FirstPass();
  for (const { text, hasName, state } of records) {
    expect(first.begin()).toBeUndefined();
    if (!hasName) first.next(content(text));
    if (state !== undefined) first.settle(state);
  }
  return first;
}

describe("the second pass over the inputs of a resumed run", () => {
  test("passes over what is settled, and gives everything else the name that it has when all are named", () => {
    fc.assert(
      fc.property(fc.array(seen, { maxLength: 60 }), (records) => {
        const all = new Identities();
        const second = firstPassOver(records).second();
        for (const { text, hasName, state } of records) {
          const name = hasName ? undefined : all.next(content(text));
          const before = second.begin();
          expect(before).toBe(state === "delivered" || state === "failed" ? state : undefined);
          if (before === undefined && !hasName) expect(second.next(content(text))).toBe(name);
        }
        second.end();
      }),
    );
  });

  test("holds more records than its first room", () => {
    const records = Array.from({ length: 5000 }, (_, n) => ({
      text: `{"n":${n % 1000}}`,
      hasName: false,
      state: n % 3 === 0 ? ("delivered" as const) : undefined,
    }));
    const all = new Identities();
    const second = firstPassOver(records).second();
    for (const { text, state } of records) {
      const name = all.next(content(text));
      expect(second.begin()).toBe(state);
      if (state === undefined) expect(second.next(content(text))).toBe(name);
    }
    second.end();
  });

  const two = [
    { text: "1", hasName: false, state: undefined },
    { text: "2", hasName: false, state: undefined },
  ];
  const message = "the inputs changed while they were read";

  test("is refused where a record is another one than before", () => {
    const second = firstPassOver(two).second();
    second.begin();
    expect(() => second.next(content("3"))).toThrow(message);
  });

  test("is refused where there are more records than before", () => {
    const second = firstPassOver(two).second();
    for (const { text } of two) {
      second.begin();
      second.next(content(text));
    }
    expect(() => second.begin()).toThrow(message);
  });

  test("is refused where more records must be named than before", () => {
    const second = firstPassOver([{ text: "1", hasName: true, state: undefined }]).second();
    second.begin();
    expect(() => second.next(content("1"))).toThrow(message);
  });

  test("is refused where there are fewer records than before", () => {
    const second = firstPassOver(two).second();
    second.begin();
    second.next(content("1"));
    expect(() => second.end()).toThrow(message);
  });
});
