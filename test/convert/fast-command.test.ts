import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { corpusChunks } from "../../bench/corpus.mjs";
import { runChatx } from "../support/run-chatx.ts";

const folder = mkdtempSync(join(tmpdir(), "chatx-fast-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Several times the 256 KB that are read at once. */
const SIZE_BYTES = 600_000;

const corpus = (shape: string) =>
  Buffer.concat([...corpusChunks({ format: "smartsupp", shape, sizeBytes: SIZE_BYTES, seed: 9 })]);

/** The export once more, so that its first record comes again long after its bytes are gone, and one unknown payload. */
const withRepeats = Buffer.concat([corpus("jsonl"), Buffer.from('{"who":"knows"}\n'), corpus("jsonl")]);

describe.each([
  ["JSON Lines", withRepeats],
  ["a list", corpus("array")],
])("the command, on %s of which most goes the fast way", (_, stdin) => {
  // The loss report is about every single leaf, so with it no record goes that way.
  const plainly = ["--loss-report", join(folder, "losses.jsonl")];

  test.each([
    [["--jsonl"]],
    [[]],
    [["--pretty"]],
    [["--jsonl", "--strict", "--agent-role", "support_agent"]],
  ])("prints with %j what it prints the plain way", async (options) => {
    const args = ["convert", "--to", "ferndesk", ...options];
    const [fast, plain] = [await runChatx(args, { stdin }), await runChatx([...args, ...plainly], { stdin })];
    expect(fast.stdoutBytes.equals(plain.stdoutBytes)).toBe(true);
    expect(fast.stdoutBytes.length).toBeGreaterThan(100_000);
    expect(fast.stderr).toBe(plain.stderr);
    expect(fast.code).toBe(plain.code);
  });
});

test("a repeat of the first record is an exact one, however much came between", async () => {
  const { stderr } = await runChatx(["convert", "--to", "ferndesk", "--jsonl"], { stdin: withRepeats });
  expect(stderr).toMatch(/^skipped:\n +\d+ {2}exact repeat\n\S/m);
});
