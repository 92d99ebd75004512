import { expect, test } from "vitest";
import { AcceptBurst } from "../../src/endpoint/http/accept-burst.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("requests are held while a connection comes in every turn, and let go in their order", async () => {
  const burst = new AcceptBurst();
  expect(burst.over()).toBeUndefined();
  const served: string[] = [];
  burst.accepted();
  void burst.over()!.then(() => served.push("a"));
  for (let count = 0; count < 5; count++) {
    await turn();
    expect(served).toEqual([]);
    burst.accepted();
  }
  void burst.over()!.then(() => served.push("b"));
  await turn();
  await turn();
  await turn();
  expect(served).toEqual(["a", "b"]);
  expect(burst.over()).toBeUndefined();
});

test("nobody is held for long, however many knock", async () => {
  const burst = new AcceptBurst();
  burst.accepted();
  let isHeld = true;
  void burst.over()!.then(() => {
    isHeld = false;
  });
  let turns = 0;
  // Ends, or the test does by its time limit.
  for (; isHeld; turns++) {
    burst.accepted();
    await turn();
  }
  expect(turns).toBeGreaterThan(1);
});
