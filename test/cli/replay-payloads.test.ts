import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { endpoint, folder, headersOf, hook, hooks, linesFile, replay, totals } from "./replay-support.ts";

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

describe("what has no body", () => {
  test("is left out, with the old credentials in it", async () => {
    const into = folder();
    const old = { headers: { Authorization: "Bearer old", Cookie: "s=1" } };
    const input = linesFile(into, [captured(undefined, old), captured(null, old), hook(1)]);
    const server = await endpoint();
    const run = await replay([input, "--url", server.url]);
    expect(run.code).toBe(0);
    expect(run.stderr).toContain("left out 2 (2 no body)");
    expect(server.requests.map(({ body }) => JSON.parse(body.toString()))).toEqual([hook(1)]);
  });

  test("but the fields of a form in a HAR are sent as that form", async () => {
    const into = folder();
    const postData = {
      mimeType: "application/x-www-form-urlencoded",
      params: [{ name: "a", value: "1 & 2" }],
    };
    const request = { method: "POST", url: "https://example.com/", headers: [], postData };
    const har = join(into, "form.har");
    writeFileSync(har, JSON.stringify({ log: { version: "1.2", entries: [{ request }] } }));
    const server = await endpoint();
    expect((await replay([har, "--url", server.url])).code).toBe(0);
    const [sent] = server.requests;
    expect(sent!.body.toString()).toBe("a=1+%26+2");
    expect(headersOf(sent!)["content-type"]).toBe("application/x-www-form-urlencoded");
  });
});

describe("a dead letter whose body was withheld", () => {
  const SECRET = { KEY: "canary-of-the-key" };
  const BODY = '{"key":"$env.KEY","id":"${payload.channel.id:-none}"}';

  test("is advised against by the run that writes it, and rejected by a run that reads it", async () => {
    const into = folder();
    const input = hooks(into, 2);
    const letters = join(into, "letters.jsonl");
    const server = await endpoint(() => 400);
    const first = await replay(
      [input, "--url", server.url, "--body", BODY, "--dead-letter", letters],
      SECRET,
    );
    expect(first.code).toBe(1);
    expect(first.stderr).toContain(`dead letters: ${letters}, all of them written without the body`);
    expect(first.stderr).not.toContain("chatx replay ");
    const second = await replay([letters, "--url", server.url]);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain("rejected 2 (2 input/body-withheld)");
    expect(second.stderr).toContain("it was record 2 of ");
    expect(second.stderr).toContain("replay the original input with the same templates");
    expect(server.requests).toHaveLength(2);
  });

  test("does not keep the others from being sent", async () => {
    const into = folder();
    const input = linesFile(into, [hook(1), { ...hook(2), extra: "canary-of-the-key" }]);
    const letters = join(into, "letters.jsonl");
    const server = await endpoint((_, index) => (index < 2 ? 400 : 200));
    const first = await replay(
      [input, "--url", server.url, "-H", "X-Key: $env.KEY", "--dead-letter", letters],
      SECRET,
    );
    expect(first.stderr).toContain("1 of them was written without the body");
    const second = await replay([letters, "--url", server.url]);
    expect(totals(second)).toMatchObject({ planned: 1, delivered: 1 });
    expect(second.code).toBe(1);
  });
});

test("half of a surrogate pair is refused by a template, and is sent in the captured bytes", async () => {
  const into = folder();
  const input = join(into, "lone.json");
  writeFileSync(input, '{"a":{"b":"\\ud800"}}');
  const server = await endpoint();
  const templated = await replay([input, "--url", server.url, "--body", '{"x":$payload}']);
  expect(templated.code).toBe(1);
  expect(templated.stderr).toContain("an escape is half of a surrogate pair (its line 1, column 12, /a/b)");
  expect((await replay([input, "--url", server.url])).code).toBe(0);
  expect(server.requests.map(({ body }) => body.toString())).toEqual(['{"a":{"b":"\\ud800"}}']);
});
