import { expect, test } from "vitest";
import { Chains } from "../../src/replay/order.ts";

test("nothing is kept of keys whose items have ended", async () => {
  const chains = new Chains<number>(async () => undefined);
  for (let n = 0; n < 100_000; n++) {
    chains.add(`k${n}`, n);
    if (n % 100 === 99) await Promise.resolve();
    expect(chains.size).toBeLessThanOrEqual(300);
  }
  await new Promise<void>((resolve) => setImmediate(resolve));
  expect(chains.size).toBe(0);
});

test("a key that was idle can be used again", async () => {
  const ran: number[] = [];
  const chains = new Chains<number>(async (item) => void ran.push(item));
  for (const item of [1, 2, 3]) {
    chains.add("k", item);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  expect(ran).toEqual([1, 2, 3]);
});
