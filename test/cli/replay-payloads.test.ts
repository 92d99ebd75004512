import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { endpoint, folder, hook, hooks, linesFile, replay, totals } from "./replay-support.ts";

/** An object whose brackets are nested so deep. */
const nested = (levels: number) => `{"a":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`;

function captured(body: unknown, facts: Record<string, unknown> = {}): Record<string, unknown> {
  return { method: "POST", url: "/x", receivedAt: "2024-05-01T10:00:01Z", ...facts, body };
}

describe("a payload nested deeper than 500 levels", () => {
  test.each([
    ["501 levels", 501],
    ["5,000 levels", 5000],
    ["a million levels", 1_000_000],
  ])("of %s is rejected, and the others are sent", async (_, levels) => {
    const into = folder();
    const deep = join(into, "deep.json");
    writeFileSync(deep, nested(levels));
    const capture = linesFile(into, [captured(nested(levels))], "capture.jsonl");
    const server = await endpoint();
    const inputs = [hooks(into, 1, "first.jsonl"), deep, capture, linesFile(into, [hook(2)], "last.jsonl")];
    for (const extra of [[], ["--body", '{"all":$payload}'], ["--to", "ferndesk"]]) {
      const before = server.requests.length;
      const run = await replay([...inputs, "--url", server.url, ...extra]);
      expect(run.code).toBe(1);
      expect(totals(run)).toMatchObject({ planned: 2, delivered: 2 });
      expect(run.stderr).toContain("rejected 2 (2 json/too-deep)");
      expect(server.requests).toHaveLength(before + 2);
    }
    const planned = await replay([...inputs, "--url", server.url, "--dry-run"]);
    expect(planned.code).toBe(1);
    expect(planned.stdout).toContain("rejected 2 (2 json/too-deep)");
  });

  test("one of just 500 levels is sent, bare and captured", async () => {
    const into = folder();
    const deepest = join(into, "deepest.json");
    writeFileSync(deepest, nested(500));
    const server = await endpoint();
    const run = await replay([
      deepest,
      linesFile(into, [captured(nested(500))]),
      ...["--url", server.url, "--body", '{"all":$payload}'],
    ]);
    expect(run.code).toBe(0);
    expect(server.requests.map(({ body }) => body.toString())).toEqual(
      Array(2).fill(`{"all":${nested(500)}}`),
    );
  });
});

test("a dry run shows a file of many megabytes by its beginning", async () => {
  const into = folder();
  const input = linesFile(into, [{ id: 1, file: "A".repeat(12_000_000), after: "shown" }]);
  const run = await replay([input, "--url", "http://127.0.0.1:9/", "--dry-run"]);
  expect(run.code).toBe(0);
  expect(run.stdout).toContain(`"file":"${"A".repeat(24)}…(12000000 characters of Base64)","after":"shown"}`);
});
