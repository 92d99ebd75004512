import fc from "fast-check";
import { expect, test } from "vitest";
import { Copies } from "../../src/replay/copies.ts";

test("copies stay what they were, whatever is copied after them and whatever becomes of the source", () => {
  const sizes = fc.array(fc.oneof(fc.nat(5000), fc.constantFrom(0, 8191, 8192, 8193, 65_536, 70_000)));
  fc.assert(
    fc.property(sizes, (lengths) => {
      const copies = new Copies();
      const made = lengths.map((length, index) => {
        const source = Buffer.alloc(length, index % 251);
        const copy = copies.of(source);
        source.fill(255);
        return copy;
      });
      made.forEach((copy, index) => {
        expect(copy.length).toBe(lengths[index]);
        expect(copy.every((byte) => byte === index % 251)).toBe(true);
      });
    }),
    { numRuns: 100 },
  );
});
