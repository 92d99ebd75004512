import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runChatx } from "../support/run-chatx.ts";
import { expectOrderly, temporaryFolder } from "./outcome.ts";

const folder = temporaryFolder();
const conversation = {
  id: "c1",
  messages: [{ id: "m1", role: "user", content: "Hello", createdAt: "2024-05-01T10:00:00Z" }],
  url: "https://example.test/c1",
  lastMessageAt: "2024-05-01T10:00:00Z",
};
const paged = `${JSON.stringify({ conversations: [conversation], next: "page2", total: 3000 })}\n`;

describe("members beside a list of conversations", () => {
  test("are warnings of convert, at their places, and in the loss report", async () => {
    const losses = join(folder, "loss.jsonl");
    const run = await runChatx(["convert", "--to", "smartsupp", "--loss-report", losses], { stdin: paged });
    expectOrderly(run);
    expect(run.code).toBe(0);
    expect(run.stderr).toContain(
      'warning schema/unknown-field: the field "next" is not known in this format',
    );
    expect(run.stderr).toContain(`--> <stdin>:1:${paged.indexOf('"next"') + 1}  /next`);
    expect(run.stderr).toContain("/total");
    const entries = readFileSync(losses, "utf8").split("\n").filter(Boolean);
    expect(entries.map((line) => JSON.parse(line))).toContainEqual({
      source: "<stdin>",
      record: 0,
      pointer: "/total",
      field: "total",
      fate: "dropped",
      to: [],
      reason: "no conversation holds it",
    });
  });

  test.each([["--fail-on", "unknown"], ["--fail-on", "dropped"], ["--strict"]])(
    "make convert exit with 1 under %s %s",
    async (...args) => {
      const plain = `${JSON.stringify({ conversations: [conversation] })}\n`;
      const all = ["convert", "--to", "ferndesk", ...args];
      expect((await runChatx(all, { stdin: plain })).code).toBe(0);
      const run = await runChatx(all, { stdin: paged });
      expectOrderly(run);
      expect(run.code).toBe(1);
      // The conversations themselves are sound.
      expect(JSON.parse(run.stdout).conversations).toHaveLength(1);
    },
  );

  test("are warnings of validate, and errors under --strict", async () => {
    const loose = await runChatx(["validate"], { stdin: paged });
    expect(loose.code).toBe(0);
    expect(loose.stdout).toContain("1 record: 1 valid, 0 invalid, 0 skipped; 0 errors, 2 warnings");
    const strict = await runChatx(["validate", "--strict"], { stdin: paged });
    expect(strict.code).toBe(1);
    expect(strict.stdout).toContain("error schema/unknown-field");
  });
});
