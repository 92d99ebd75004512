import { hash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { CountTable } from "../../src/replay/count-table.ts";
import { hexWord } from "../../src/replay/hex-word.ts";

const digest = (text: string) => hash("sha256", text);

test("counts like a map", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50), { maxLength: 300 }), (keys) => {
      const table = new CountTable();
      const map = new Map<number, number>();
      for (const key of keys) {
        map.set(key, (map.get(key) ?? 0) + 1);
        expect(table.add(digest(String(key)))).toBe(map.get(key));
      }
      for (let key = 0; key <= 50; key++) expect(table.has(digest(String(key)))).toBe(map.has(key));
      expect(table.size).toBe(map.size);
    }),
  );
});

test("keeps its counts while it grows", () => {
  const table = new CountTable();
  for (let round = 1; round <= 2; round++) {
    for (let n = 0; n < 20_000; n++) expect(table.add(digest(String(n)))).toBe(round);
  }
  expect(table.size).toBe(20_000);
});

test("tells keys apart that begin alike or are all zero", () => {
  const table = new CountTable();
  const zero = "0".repeat(64);
  const nearly = `${"0".repeat(23)}2${"0".repeat(40)}`;
  expect(table.add(zero)).toBe(1);
  expect(table.add(nearly)).toBe(1);
  expect(table.add(zero)).toBe(2);
});

test("eight digits are a word, whatever their case", () => {
  fc.assert(
    fc.property(fc.nat(0xffffffff), fc.boolean(), (word, isUpper) => {
      const text = word.toString(16).padStart(8, "0");
      expect(hexWord(`xx${isUpper ? text.toUpperCase() : text}`, 2)).toBe(word);
    }),
  );
});
