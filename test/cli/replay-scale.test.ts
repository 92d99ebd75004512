import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { answer } from "../support/fault-server.ts";
import { runChatx } from "../support/run-chatx.ts";
import { endpointWith, folder, linesFile, totals } from "./replay-support.ts";

/** Bytes held at most, garbage left aside, and processor time in milliseconds. `bench/million.mjs` has the long form. */
async function measured(into: string, args: readonly string[]) {
  const meter = join(into, "meter.cjs");
  const file = join(into, "measured.json");
  writeFileSync(
    meter,
    `let held = 0;
     setInterval(() => {
       gc();
       const { heapUsed, external } = process.memoryUsage();
       held = Math.max(held, heapUsed + external);
     }, 100).unref();
     process.on("exit", () => {
       const ms = process.resourceUsage().userCPUTime / 1000;
       require("node:fs").writeFileSync(process.env.METER, JSON.stringify({ held, ms }));
     });`,
  );
  const nodeArgs = ["--expose-gc", "--require", meter];
  const run = await runChatx(["replay", ...args], { nodeArgs, env: { METER: file } });
  const { held, ms } = JSON.parse(readFileSync(file, "utf8")) as {
    readonly held: number;
    readonly ms: number;
  };
  return { run, held, ms };
}

test("memory does not grow with the records, and a finished run is resumed in a part of its time", async () => {
  const server = await endpointWith((reply) => reply.send(answer(200)));
  const runs = [];
  for (const count of [1000, 9000]) {
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
  // The 8,000 records more are 32 MB.
  expect(large!.first.held).toBeGreaterThan(0);
  expect(large!.first.held).toBeLessThan(small!.first.held + 16e6);
  expect(large!.resumed.held).toBeLessThan(small!.first.held + 16e6);
  expect(large!.resumed.ms).toBeLessThan(large!.first.ms * 0.75);
});
