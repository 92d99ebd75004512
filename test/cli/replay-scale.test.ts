import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { answer } from "../support/fault-server.ts";
import { runChatx } from "../support/run-chatx.ts";
import { endpointWith, folder, linesFile, totals } from "./replay-support.ts";

/** Peak memory in bytes, and processor time in milliseconds, of a run. `bench/million.mjs` has the long form. */
async function measured(into: string, args: readonly string[]) {
  const meter = join(into, "meter.cjs");
  const file = join(into, "measured.json");
  writeFileSync(
    meter,
    `process.on("exit", () => {
       const { maxRSS, userCPUTime } = process.resourceUsage();
       require("node:fs").writeFileSync(process.env.METER, JSON.stringify({ peak: maxRSS * 1024, ms: userCPUTime / 1000 }));
     });`,
  );
  const run = await runChatx(["replay", ...args], { nodeArgs: ["--require", meter], env: { METER: file } });
  const { peak, ms } = JSON.parse(readFileSync(file, "utf8")) as {
    readonly peak: number;
    readonly ms: number;
  };
  return { run, peak, ms };
}

test("memory does not grow with the records, and a finished run is resumed in a part of its time", async () => {
  const server = await endpointWith((reply) => reply.send(answer(200)));
  const runs = [];
  for (const count of [3000, 16_000]) {
    const into = folder();
    const records = linesFile(
      into,
      Array.from({ length: count }, (_, n) => ({ n, text: "x".repeat(4000) })),
    );
    const args = [records, "--url", server.url, "--journal", join(into, "run.jsonl")];
    const first = await measured(into, args);
    expect(totals(first.run)).toMatchObject({ delivered: count });
    const sent = server.requests.length;
    const resumed = await measured(into, [...args, "--resume"]);
    expect(totals(resumed.run)).toMatchObject({ delivered: count });
    expect(server.requests).toHaveLength(sent);
    runs.push({ first, resumed });
  }
  const [small, large] = runs;
  // The 13,000 records more are 52 MB. What grows is V8's young heap, which takes some time to find its size.
  expect(large!.first.peak).toBeLessThan(small!.first.peak + 32e6);
  expect(large!.resumed.ms).toBeLessThan(large!.first.ms / 2);
});
