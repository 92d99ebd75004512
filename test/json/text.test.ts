import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeUtf8, encodeUtf8, invalidUtf8Offset, utf8Length } from "../../src/json/text.ts";
import { anyCharacter } from "../support/any-character.ts";

describe("UTF-8", () => {
  test("valid text comes back unit for unit, its length known without encoding", () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (text) => {
        const bytes = encodeUtf8(text);
        if (!/\p{Cs}/u.test(text)) {
          expect(decodeUtf8(bytes)).toBe(text);
          expect(utf8Length(text)).toBe(bytes.length);
        }
      }),
    );
  });

  test("whatever the decoder refuses has an offset, and nothing else has", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        const offset = invalidUtf8Offset(bytes);
        expect(offset === -1).toBe(decodeUtf8(bytes) !== undefined);
        if (offset > 0) expect(decodeUtf8(bytes.subarray(0, offset))).toBeDefined();
      }),
      { numRuns: 5000 },
    );
  });

  test.each([
    ["a lone continuation", [0x61, 0x80], 1],
    ["an overlong slash", [0xc0, 0xaf], 0],
    ["an overlong three-byte form", [0xe0, 0x80, 0xaf], 0],
    ["a surrogate", [0x61, 0xed, 0xa0, 0x80], 1],
    ["a code point above U+10FFFF", [0xf4, 0x90, 0x80, 0x80], 0],
    ["a cut sequence", [0x61, 0xe2, 0x82], 1],
    ["Latin-1", [0x4d, 0xfc, 0x6c, 0x6c], 1],
  ])("%s is refused at its first byte", (_, bytes, offset) => {
    expect(invalidUtf8Offset(Uint8Array.from(bytes))).toBe(offset);
  });

  test("a byte order mark is kept, not swallowed", () => {
    expect(decodeUtf8(Uint8Array.from([0xef, 0xbb, 0xbf, 0x61]))).toBe("\ufeffa");
  });
});
