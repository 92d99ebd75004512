import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InstantWriter, LATEST_MS } from "../../src/convert/fast/instant-writer.ts";
import { literal, standsAt } from "../../src/convert/fast/literal.ts";
import { Output } from "../../src/convert/fast/output.ts";
import { copyText, skipPlainText, skipText } from "../../src/convert/fast/text.ts";
import { instantFromMs } from "../../src/model/time.ts";
import { anyCharacter } from "../support/any-character.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) =>
  new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** Text as some writer of JSON may spell it: each character raw, with a short escape or with a long one. */
const spelled = fc
  .array(
    fc.tuple(fc.string({ unit: anyCharacter, minLength: 1, maxLength: 1 }), fc.integer({ min: 0, max: 2 })),
  )
  .map((parts) => `"${parts.map(([character, how]) => spell(character, how)).join("")}"`);

function spell(character: string, how: number): string {
  const short = { "/": "\\/", "\n": "\\n", "\b": "\\b", '"': '\\"', "\\": "\\\\" }[character];
  const mustEscape = character < " " || character === '"' || character === "\\";
  if (how === 1 && short !== undefined) return short;
  if (how === 0 && !mustEscape) return character;
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}

function copied(text: string): { readonly end: number; readonly copy: string } {
  const bytes = encode(text);
  const output = new Output();
  const end = copyText(viewOf(bytes), 0, bytes.length, output);
  return { end, copy: decode(output.bytes.subarray(0, output.length)) };
}

describe("a string of JSON", () => {
  test("is copied as JSON.stringify spells it, whatever its own spelling", () => {
    fc.assert(
      fc.property(spelled, fc.string(), (text, behind) => {
        const { end, copy } = copied(text + behind);
        expect(end).toBe(encode(text).length);
        expect(copy).toBe(JSON.stringify(JSON.parse(text)));
      }),
      { numRuns: 2000 },
    );
  });

  test("is copied whole when it is longer than any buffer", () => {
    const text = JSON.stringify("é\\/\n".repeat(40_000));
    expect(copied(text)).toEqual({ end: encode(text).length, copy: text });
  });

  test("is refused exactly where JSON.parse refuses it, lone surrogates besides", () => {
    const piece = fc.constantFrom(
      ...[
        "a",
        "é",
        "\\",
        '"',
        "u",
        "\\u",
        "00",
        "d83d",
        "de00",
        "\\ud83d",
        "\\ude00",
        "\\n",
        "\\x",
        "\n",
        "\u0000",
        "\u007f",
      ],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = `"${pieces.join("")}"`;
        const bytes = encode(text);
        const end = skipText(viewOf(bytes), 0, bytes.length);
        expect(copied(text).end).toBe(end);
        expect(end === bytes.length).toBe(isWellFormed(text));
        const plainEnd = skipPlainText(viewOf(bytes), 0, bytes.length);
        if (plainEnd >= 0) expect(plainEnd).toBe(end);
        if (end >= 0 && !text.includes("\\")) expect(plainEnd).toBe(end);
      }),
      { numRuns: 5000 },
    );
  });

  test("that ends before its closing quote is refused at every length", () => {
    const bytes = encode('"Dobr\\u00fd den \\ud83d\\ude00 \\/ x"');
    for (let length = 0; length < bytes.length; length++) {
      expect(skipText(viewOf(bytes), 0, length)).toBe(-1);
      expect(copyText(viewOf(bytes), 0, length, new Output())).toBe(-1);
    }
  });
});

function isWellFormed(text: string): boolean {
  try {
    return !/\p{Surrogate}/u.test(JSON.parse(text));
  } catch {
    return false;
  }
}

test("times are written as the model spells them", () => {
  const writer = new InstantWriter();
  const time = fc.oneof(
    fc.integer({ min: 0, max: LATEST_MS }),
    fc.integer({ min: 0, max: Math.floor(LATEST_MS / 86_400_000) }).map((day) => day * 86_400_000),
    fc.constantFrom(0, 1, 10, 100, 951_782_399_999, 951_782_400_000, 4_107_542_399_999, LATEST_MS),
  );
  fc.assert(
    fc.property(time, (ms) => {
      const output = new Output();
      writer.write(ms, output);
      expect(decode(output.bytes.subarray(0, output.length))).toBe(instantFromMs(ms));
    }),
    { numRuns: 3000 },
  );
});

test("a literal stands where all its bytes do, and nowhere else", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 13 }), fc.nat(12), fc.nat(7), (bytes, at, bit) => {
      const wanted = literal(bytes);
      const longer = new Uint8Array([1, 2, 3, ...bytes, 4]);
      const view = viewOf(longer);
      expect(standsAt(wanted, view, 3, longer.length)).toBe(true);
      expect(standsAt(wanted, view, 3, longer.length - 2)).toBe(false);
      longer[3 + (at % bytes.length)]! ^= 1 << bit;
      expect(standsAt(wanted, view, 3, longer.length)).toBe(false);
    }),
  );
});
