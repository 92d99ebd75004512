import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checksumOf, endOfOpen, sealHeader, sealOutcome } from "../../src/replay/journal/format.ts";
import { OutcomeReader } from "../../src/replay/journal/outcome-bytes.ts";

/** The grammar of an outcome, spelt a second time. */
const OUTCOME =
  /^\{"sequence":([1-9]\d{0,15}|0\d{0,15}),"identity":"([0-9a-f]{32})","state":"(delivered|failed|unknown|held)","attempts":(\d{1,16})(?:,"status":(\d{1,4}))?(?:,"code":"([\w.:/-]{1,64})")?$/;

const hex = (length: number) =>
  fc
    .array(fc.constantFrom(..."0123456789abcdef"), { minLength: length, maxLength: length })
    .map((digits) => digits.join(""));

const line = fc.record({
  sequence: fc.oneof(
    fc.integer({ min: 1, max: 2000 }),
    fc.constantFrom(2 ** 32, 2 ** 53 - 1, 1_000_000_000_000_000),
  ),
  identity: hex(32),
  state: fc.constantFrom("delivered" as const, "failed" as const, "unknown" as const, "held" as const),
  attempts: fc.integer({ min: 0, max: 100 }),
  status: fc.option(fc.integer({ min: 100, max: 599 }), { nil: undefined }),
  code: fc.option(fc.constantFrom("http/503", "expect/status", "timeout", "x".repeat(64)), {
    nil: undefined,
  }),
});

type Line = typeof line extends fc.Arbitrary<infer T> ? T : never;

function openOf({ status, code, ...rest }: Line): string {
  const given = {
    ...rest,
    ...(status === undefined ? {} : { status }),
    ...(code === undefined ? {} : { code }),
  };
  const sealed = sealOutcome(given, 0).line;
  return sealed.slice(0, endOfOpen(sealed.length - 1));
}

/** What the reader makes of a text that stands in the middle of other bytes. */
function readIn(text: string) {
  const reader = new OutcomeReader();
  const bytes = Buffer.from(`}"}${text}","code":"x"`, "latin1");
  if (!reader.read(bytes, 3, 3 + text.length)) return undefined;
  const identity = [...reader.identity].map((word) => word.toString(16).padStart(8, "0")).join("");
  return { sequence: reader.sequence, identity, state: reader.state };
}

function matched(text: string) {
  const match = OUTCOME.exec(text);
  const sequence = Number(match?.[1]);
  if (match === null || sequence < 1 || !Number.isSafeInteger(sequence)) return undefined;
  return { sequence, identity: match[2], state: match[3] };
}

describe("reading outcomes from bytes", () => {
  test("gives what was written", () => {
    fc.assert(
      fc.property(line, (one) => {
        const { sequence, identity, state } = one;
        expect(readIn(openOf(one))).toEqual({ sequence, identity, state });
      }),
    );
  });

  test("takes a changed line exactly where the grammar does", () => {
    const change = fc.record({
      at: fc.nat(200),
      drop: fc.integer({ min: 0, max: 2 }),
      put: fc.constantFrom("", "0", "9", "a", "f", "g", "A", '"', ",", "}", " ", "\x00", "\xff", ":", "-"),
    });
    fc.assert(
      fc.property(line, change, (one, { at, drop, put }) => {
        const text = openOf(one);
        const changed = text.slice(0, at) + put + text.slice(at + drop);
        expect(readIn(changed)).toEqual(matched(changed));
      }),
      { numRuns: 5000 },
    );
  });

  test.each([
    ["a sequence of 0", '{"sequence":0,'],
    ["one past the exact numbers", '{"sequence":9007199254740992,'],
    ["one of 17 digits", '{"sequence":10000000000000000,'],
  ])("refuses %s", (_, start) => {
    const rest = `"identity":"${"0".repeat(32)}","state":"held","attempts":1`;
    expect(readIn(start + rest)).toBeUndefined();
    expect(readIn(`{"sequence":7,${rest}`)).toBeDefined();
  });

  test("refuses a code of 65 characters", () => {
    const head = `{"sequence":7,"identity":"${"0".repeat(32)}","state":"held","attempts":1,"code":"`;
    expect(readIn(`${head}${"x".repeat(64)}"`)).toBeDefined();
    expect(readIn(`${head}${"x".repeat(65)}"`)).toBeUndefined();
    expect(readIn(`${head}"`)).toBeUndefined();
  });
});

describe("the seal of a line", () => {
  const header = sealHeader({ run: "0".repeat(32), created: "2026-11-26", fingerprint: {} });
  const { line: text, crc } = header;
  const sealed = Buffer.from(text.slice(0, -1), "latin1");

  test("holds for the line that was written, and for no line with another bit", () => {
    expect(checksumOf(sealed, 0, sealed.length, 0)).toBe(crc);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const other = Buffer.from(sealed);
      other[bit >> 3]! ^= 1 << (bit & 7);
      expect(checksumOf(other, 0, other.length, 0)).toBe(-1);
    }
  });

  test("does not hold behind another line, nor for what is too short to have one", () => {
    expect(checksumOf(sealed, 0, sealed.length, 1)).toBe(-1);
    for (let length = 0; length < 18; length++) expect(checksumOf(sealed, 0, length, 0)).toBe(-1);
  });
});
