import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { DeadLetter } from "../../src/replay/dead-letter.ts";
import { endpoint, folder, hooks, keyOf, replay, replayApart, totals } from "./replay-support.ts";

/** An endpoint that refuses every third message for good, and a journal of a run over `count` of them without dead letters. */
async function refusedRun(count: number, more: readonly string[] = []) {
  const isRefused = (body: Buffer) => Number(/message (\d+)/.exec(body.toString())![1]) % 3 === 2;
  const server = await endpoint(({ body }) => (isRefused(body) ? 422 : 200));
  const into = folder();
  const input = hooks(into, count);
  const letters = join(into, "dead.jsonl");
  const args = [input, "--url", `${server.url}/hook`, "--journal", join(into, "run.jsonl"), ...more];
  return {
    server,
    into,
    input,
    letters,
    args,
    refused: () => server.requests.filter(({ body }) => isRefused(body)),
  };
}

function lettersIn(path: string): DeadLetter[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

describe("dead letters that are first asked for when a run is resumed", () => {
  test("are made of what failed before, from the inputs and the journal, and nothing is sent for them", async () => {
    const { server, letters, args, refused } = await refusedRun(9);
    const first = await replay(args);
    expect(first.stderr).toContain("with --resume and --dead-letter FILE");
    const run = await replay([...args, "--resume", "--dead-letter", letters]);
    expect(totals(run)).toMatchObject({ planned: 9, delivered: 6, failed: 3 });
    expect([run.code, server.requests.length]).toEqual([1, 9]);
    expect(run.stderr).toContain(`dead letters: ${letters}; when the cause is mended`);
    const made = lettersIn(letters);
    expect(made.map(({ chatx }) => chatx)).toMatchObject(
      [2, 5, 8].map((sequence) => ({
        ...{ sequence, record: sequence, state: "failed", status: 422, attempts: 1 },
        reason: "given up by an earlier run; journals keep no reasons",
      })),
    );
    const sent = refused().map((request) => [
      `"${made.find(({ body }) => body === request.body.toString())?.chatx.identity}"`,
      keyOf(request),
    ]);
    expect(sent).toHaveLength(3);
    for (const [identity, key] of sent) expect(identity).toBe(key);
    expect(statSync(letters).mode & 0o777).toBe(0o600);
    const other = await endpoint();
    const again = await replay([letters, "--url", other.url]);
    expect([again.code, other.requests.map(keyOf).sort()]).toEqual([0, refused().map(keyOf).sort()]);
  });

  test("are made once, and again where the file was removed or lost some of them", async () => {
    const { server, letters, args } = await refusedRun(300);
    const resumed = () => replay([...args, "--resume", "--dead-letter", letters]);
    const sequences = () =>
      lettersIn(letters)
        .map(({ chatx }) => chatx.sequence)
        .sort((a, b) => a - b);
    const all = Array.from({ length: 100 }, (_, index) => index * 3 + 2);
    await replay(args);
    for (let run = 0; run < 2; run++) {
      await resumed();
      expect(sequences()).toEqual(all);
    }
    rmSync(letters);
    await resumed();
    expect(sequences()).toEqual(all);
    const lines = readFileSync(letters, "utf8").split("\n");
    writeFileSync(letters, [...lines.slice(0, 20), ...lines.slice(60)].join("\n"));
    await resumed();
    expect([sequences(), server.requests.length]).toEqual([all, 300]);
  });

  test.each([
    ["--to", ["--to", "ferndesk"]],
    ["a template", ["--body", '{"all":$payload}']],
    ["a selection", ["--since", "2000-01-01"]],
  ])("are what would have been sent with %s", async (_, more) => {
    const { letters, args, refused } = await refusedRun(6, more);
    const first = await replay(args);
    const run = await replay([...args, "--resume", "--dead-letter", letters]);
    expect(totals(run)).toEqual(totals(first));
    const bodies = lettersIn(letters)
      .map(({ body }) => body)
      .sort();
    expect(bodies).toEqual(
      refused()
        .map(({ body }) => body.toString())
        .sort(),
    );
  });

  test("are made of standard input, too, and of messages that have no request", async () => {
    const { server, input, into, letters } = await refusedRun(6);
    const text = readFileSync(input, "utf8");
    const args = [
      ...["--url", `${server.url}/hook`, "--journal", join(into, "run.jsonl")],
      ...["-H", "X-Gone: $payload.not.there", "--on-failure", "continue"],
    ];
    const first = await replayApart(args, {}, text);
    expect([totals(first).failed, server.requests.length]).toEqual([6, 0]);
    await replayApart([...args, "--resume", "--dead-letter", letters], {}, text);
    const made = lettersIn(letters);
    expect(made.map(({ chatx }) => chatx.sequence)).toEqual([1, 2, 3, 4, 5, 6]);
    for (const { body, chatx } of made)
      expect([body, chatx.attempts, chatx.withheld]).toEqual(["", 0, ["url", "headers", "body"]]);
  });
});
