import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inventedId } from "../../src/formats/invented-id.ts";
import { anyCharacter } from "../support/any-character.ts";

describe("a number made of a text", () => {
  test("is the same on every machine and in every version", () => {
    expect(inventedId("")).toBe(6405929415113739);
    expect(inventedId("smartsupp-208-55039")).toBe(8745674276212784);
    expect(inventedId("\ud83d\ude4f")).toBe(6067561673547485);
  });

  test("is a whole number from 1 to 2^53 - 1", () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (text) => {
        const id = inventedId(text);
        expect(Number.isSafeInteger(id)).toBe(true);
        expect(id).toBeGreaterThan(0);
      }),
    );
  });

  test("differs for texts that differ in one place only", () => {
    const ids = new Set<number>();
    for (let n = 0; n < 20_000; n++) {
      ids.add(inventedId(`smartsupp-208-${n}`));
      ids.add(inventedId(`${n}-smartsupp`));
    }
    expect(ids.size).toBe(40_000);
  });

  test("uses all 53 bits", () => {
    let seen = 0n;
    for (let n = 0; n < 200; n++) seen |= BigInt(inventedId(`conversation ${n}`));
    expect(seen).toBe(2n ** 53n - 1n);
  });
});
