import { expect, test } from "vitest";
import { killRepeatedly } from "../soak/journal-kill.mjs";
import { newFolder } from "./journal-support.ts";

test("a journal that is killed 12 times and resumed each time loses nothing that was acknowledged", async () => {
  const result = await killRepeatedly({ folder: newFolder(), kills: 12, seed: 3 });
  expect(result.faults).toEqual([]);
  expect(result.kills).toBe(12);
  // Only what was in flight at a kill may be started again.
  expect(result.repeated).toBeLessThanOrEqual(12 * 8);
});
