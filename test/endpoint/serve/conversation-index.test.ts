import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConversationIndex } from "../../../src/endpoint/serve/index/conversation-index.ts";
import { countSince } from "../../../src/endpoint/serve/index/order.ts";
import { PAYLOAD, type Slice } from "../../../src/endpoint/serve/index/slices.ts";

const slice = (source: number, offset: number, hash = offset): Slice => ({
  source,
  kind: PAYLOAD,
  offset,
  length: 10,
  hash: [hash >>> 0, source],
});

/** The times of an index in its order, and the same from a plain sort. */
function order(index: ConversationIndex): number[] {
  return [...index.snapshot.order].map((conversation) => index.lastMs(conversation));
}

describe("the order of conversations", () => {
  const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
  const times = fc.array(
    fc.oneof(
      fc.integer({ min: -62_135_596_800_000, max: LATEST }),
      fc.constantFrom(0, -1, 1, 2 ** 32, LATEST),
    ),
    { maxLength: 60 },
  );

  test("is newest first, whatever comes in which batches, from the year 1 to the year 9999", () => {
    fc.assert(
      fc.property(fc.array(times, { maxLength: 4 }), (batches) => {
        const index = new ConversationIndex();
        for (const [b, batch] of batches.entries()) {
          for (const [k, time] of batch.entries()) {
            // Every third is one of the batch before: its time changes.
            const id = k % 3 === 0 ? `0-${k}` : `${b}-${k}`;
            const conversation = index.findOrAdd(id, false);
            if (index.firstOf(conversation) === 0) index.addSlice(conversation, slice(1, k));
            index.setLast(conversation, time);
          }
          index.settle();
        }
        const found = order(index);
        expect(found).toEqual(found.toSorted((x, y) => y - x));
        expect(new Set(index.snapshot.order).size).toBe(found.length);
        for (const since of [...found, 0, LATEST, -LATEST]) {
          const count = found.filter((time) => time >= since).length;
          expect(countSince(index.snapshot.order, since, index)).toBe(count);
        }
      }),
    );
  });

  test("of equal times does not depend on which came first", () => {
    const of = (ids: readonly string[]) => {
      const index = new ConversationIndex();
      for (const id of ids) {
        const conversation = index.findOrAdd(id, false);
        index.addSlice(conversation, slice(1, 1));
        index.setLast(conversation, 5);
        index.settle();
      }
      const names = new Map(ids.map((id) => [index.find(id, false), id]));
      return [...index.snapshot.order].map((conversation) => names.get(conversation));
    };
    const ids = Array.from({ length: 50 }, (_, k) => `c${k}`);
    expect(of(ids)).toEqual(of(ids.toReversed()));
  });
});

describe("an index", () => {
  test("finds each of many conversations again, and no other", () => {
    const index = new ConversationIndex();
    const numbers = Array.from({ length: 20_000 }, (_, k) => {
      const conversation = index.findOrAdd(`id ${k}`, k % 2 === 0);
      index.addSlice(conversation, slice(1, k * 2 ** 20));
      index.setLast(conversation, (k * 7_919_777_777_777) % 2 ** 47);
      return conversation;
    });
    index.settle();
    expect(new Set(numbers).size).toBe(numbers.length);
    for (const [k, number] of numbers.entries()) {
      expect(index.find(`id ${k}`, k % 2 === 0)).toBe(number);
      expect(index.find(`id ${k}`, k % 2 === 1)).toBe(0);
    }
    const { order: all } = index.snapshot;
    expect(all).toHaveLength(20_000);
    expect(order(index)).toEqual(order(index).toSorted((a, b) => b - a));
    // Offsets beyond 4 GB, too.
    expect(index.slicesOf(numbers[19_999]!, index.snapshot)[0]?.offset).toBe(19_999 * 2 ** 20);
  });

  type Step =
    | { readonly what: "add"; readonly id: number; readonly source: number; readonly hash: number }
    | { readonly what: "drop"; readonly source: number };
  const small = (max: number) => fc.integer({ min: 1, max });
  const steps: fc.Arbitrary<Step[]> = fc.array(
    fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({
          what: fc.constant("add" as const),
          id: small(6),
          source: small(4),
          hash: small(5),
        }),
      },
      { weight: 1, arbitrary: fc.record({ what: fc.constant("drop" as const), source: small(4) }) },
    ),
    { maxLength: 60 },
  );

  test.each([true, false])(
    "knows what a Map knows of records that come and sources that go (folded: %s)",
    (isFolded) => {
      fc.assert(
        fc.property(steps, (all) => {
          const index = new ConversationIndex();
          const model = new Map<number, { source: number; hash: number }[]>();
          for (const [at, step] of all.entries()) {
            if (step.what === "drop") {
              index.dropSources(new Set([step.source]));
              for (const [id, records] of model)
                model.set(
                  id,
                  records.filter(({ source }) => source !== step.source),
                );
              continue;
            }
            const { id, source, hash } = step;
            const conversation = index.findOrAdd(String(id), isFolded);
            const records = model.get(id) ?? [];
            if (isFolded) {
              const alike = records.filter((one) => one.hash === hash);
              const wanted =
                alike.length === 0 ? false : alike.some((one) => one.source === source) ? "same" : "other";
              expect(index.hasContent(conversation, { hash: [hash, 7], source })).toBe(wanted);
            }
            index.addSlice(conversation, { ...slice(source, at), hash: [hash, 7] });
            model.set(id, [...records, { source, hash }]);
          }
          for (const { conversation, slices } of index.stale()) {
            index.setLast(conversation, slices.length === 0 ? undefined : slices.length);
          }
          for (const [id, records] of model) {
            const conversation = index.find(String(id), isFolded);
            if (!isFolded) index.setLast(conversation, records.length === 0 ? undefined : 1);
          }
          index.settle();
          for (const [id, records] of model) {
            const conversation = index.find(String(id), isFolded);
            const found = index
              .slicesOf(conversation, index.snapshot)
              .map(({ source, hash }) => ({ source, hash: hash[0] }));
            const wanted = isFolded ? records : records.slice(0, 1);
            const key = (one: { source: number; hash: number }) => `${one.source} ${one.hash}`;
            expect(found.map(key).toSorted()).toEqual(wanted.map(key).toSorted());
          }
          const served = [...model.values()].filter((records) => records.length > 0).length;
          expect(index.snapshot.order).toHaveLength(served);
        }),
      );
    },
  );

  test("a snapshot stays what it was while more comes", () => {
    const index = new ConversationIndex();
    const conversation = index.findOrAdd("one", true);
    index.addSlice(conversation, slice(1, 1));
    index.setLast(conversation, 1);
    index.settle();
    const before = index.snapshot;
    index.addSlice(conversation, slice(1, 2));
    index.setLast(conversation, 2);
    index.setLast(index.findOrAdd("two", false), 3);
    index.settle();
    expect(index.slicesOf(conversation, before)).toHaveLength(1);
    expect(before.order).toHaveLength(1);
    expect(index.slicesOf(conversation, index.snapshot)).toHaveLength(2);
    expect(index.contentOf(conversation, before)).not.toEqual(index.contentOf(conversation, index.snapshot));
  });
});
