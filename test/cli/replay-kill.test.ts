import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { cutJournal, killAtRandom, killInTurn } from "../soak/replay-kill.mjs";
import { endpoint, folder, hooks, replay } from "./replay-support.ts";

/**
 * Short forms of `node test/soak/replay-kill.mjs`: every message arrives, only what was under way at a kill arrives again, and
 * under the same key.
 */
describe("a replay that is killed and resumed loses nothing", () => {
  test("at random moments", async () => {
    const result = await killAtRandom({ folder: folder(), messages: 200, kills: 4, seed: 5 });
    expect(result).toMatchObject({ kills: 4, faults: [] });
    expect(result.repeated).toBeLessThanOrEqual(4 * 8);
  });

  test("at one journal write after the other", async () => {
    const { kills, faults } = await killInTurn({ folder: folder(), messages: 40 });
    expect(faults).toEqual([]);
    expect(kills).toBeGreaterThanOrEqual(3);
  });

  test("and its journal cut within the last three lines", async () => {
    const { cuts, faults } = await cutJournal({ folder: folder(), messages: 20, every: 120 });
    expect(faults).toEqual([]);
    expect(cuts).toBeGreaterThanOrEqual(3);
  });
});

test("a journal with a flipped bit before its last line is refused, untouched, and nothing is sent", async () => {
  const server = await endpoint();
  const into = folder();
  const journal = join(into, "run.jsonl");
  const args = [hooks(into, 5), "--url", server.url, "--journal", journal];
  expect((await replay(args)).code).toBe(0);
  const bytes = readFileSync(journal);
  const starts = [...bytes.entries()].filter(([, byte]) => byte === 0x0a).map(([at]) => at + 1);
  // One in the second line, one in the last but one.
  for (const at of [starts[0]! + 20, starts.at(-3)! + 30]) {
    const damaged = Buffer.from(bytes);
    damaged[at]! ^= 4;
    writeFileSync(journal, damaged);
    const run = await replay([...args, "--resume"]);
    expect([run.code, server.requests.length]).toEqual([4, 5]);
    expect(run.stderr).toContain(`is damaged at byte ${starts.filter((start) => start <= at).at(-1)}`);
    expect(readFileSync(journal)).toEqual(damaged);
  }
});
