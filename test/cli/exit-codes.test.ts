import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Run, runChatx } from "../support/run-chatx.ts";
import { expectOrderly, expectSummaryAddsUp, saidLines, temporaryFolder } from "./outcome.ts";
import { hookLines, hookText } from "./payloads.ts";

const folder = temporaryFolder();
const good = join(folder, "good.json");
const bad = join(folder, "bad.json");
writeFileSync(good, hookText());
writeFileSync(bad, '{"accountId": "no number"}');
mkdirSync(join(folder, "empty"));

describe("every class of outcome has its exit code", () => {
  test.concurrent.each<[string, number, string[], string[]]>([
    ["all done", 0, ["convert", "--to", "ferndesk", good], []],
    ["all valid", 0, ["validate", good], []],
    ["a list", 0, ["formats"], []],
    ["a schema", 0, ["schema", "userlike"], []],
    ["help", 0, ["convert", "--help"], []],
    ["the version", 0, ["--version"], []],
    ["a rejected record", 1, ["convert", "--to", "ferndesk", bad, good], []],
    ["an invalid record", 1, ["validate", bad], []],
    ["no command", 2, [], []],
    ["an unknown command", 2, ["convrt"], ["chatx: unknown command 'convrt'"]],
    ["an unknown option", 2, ["validate", "--strickt"], ["chatx: unknown option '--strickt'"]],
    ["a missing option", 2, ["convert"], ["chatx: required option '-t, --to <format>' not specified"]],
    [
      "too many arguments",
      2,
      ["schema", "a", "b"],
      ["chatx: too many arguments for 'schema'. Expected 1 argument but got 2."],
    ],
    [
      "a missing input",
      3,
      ["convert", "--to", "ferndesk", join(folder, "missing.json")],
      [
        `chatx: cannot read ${join(folder, "missing.json")}: there is no such file or folder; check the spelling, or quote the pattern`,
      ],
    ],
    [
      "nothing matched",
      3,
      ["validate", join(folder, "empty")],
      [`chatx: no file matches ${join(folder, "empty")}; check the pattern or the folder`],
    ],
    [
      "an output that cannot be written",
      4,
      ["convert", "--to", "ferndesk", "-o", join(folder, "missing", "out.json"), good],
      [`chatx: cannot write ${join(folder, "missing", "out.json")}: no such file or folder`],
    ],
  ])("%s: %i", async (_, code, args, lines) => {
    const run = await runChatx(args);
    expectOrderly(run);
    expect(run.code).toBe(code);
    expect(saidLines(run)).toEqual(lines);
  });

  test("of several outcomes the greatest code is told, and the rest is still done", async () => {
    const run = await runChatx(["convert", "--to", "ferndesk", join(folder, "missing.json"), bad, good]);
    expectOrderly(run);
    expect(run.code).toBe(3);
    expect(expectSummaryAddsUp(run.stderr)).toEqual({ read: 2, written: 1, skipped: 0, rejected: 1 });
    expect(JSON.parse(run.stdout).conversations).toHaveLength(1);
  });
});

describe("an error that chatx did not foresee", () => {
  /** Makes a built-in that every run uses throw as if it had a fault, with payload text in the message. */
  const faulty = join(folder, "faulty.cjs");
  writeFileSync(
    faulty,
    `const keys = Object.keys;
     Object.keys = (value) => {
       if (value?.accountId === 4711) throw new RangeError("at " + value.messages[0].content);
       return keys(value);
     };`,
  );
  // A field that nobody knows keeps the payload from the fast paths, which list no keys.
  const payload = hookText({ text: "canary-text" }).replace("{", '{"unknown":1,');
  const expectOneLine = (run: Run) => {
    expect(run.code).toBe(70);
    expect(run.stdout).toBe("");
    expect(run.stderr).toBe(
      "chatx: this is a bug in chatx (RangeError); run again with CHATX_DEBUG=1 to see where, and please report it\n",
    );
  };

  test.each([["convert", "--to", "ferndesk"], ["validate"]])(
    "is 70 and one line in %s, without payload text",
    async (...args) => {
      expectOneLine(await runChatx(args, { stdin: payload, nodeArgs: ["--require", faulty] }));
    },
  );

  test("leaves the old output and no temporary file", async () => {
    const out = join(folder, "kept", "out.json");
    mkdirSync(join(folder, "kept"));
    writeFileSync(out, "old");
    const args = ["convert", "--to", "ferndesk", "-o", out];
    expectOneLine(await runChatx(args, { stdin: payload, nodeArgs: ["--require", faulty] }));
    expect(readFileSync(out, "utf8")).toBe("old");
    const { stdout } = await runChatx(["validate", join(folder, "kept", ".*")], { stdin: "" });
    expect(stdout).toContain("0 records");
  });

  test("shows its stack only when asked", async () => {
    const run = await runChatx(["validate"], {
      stdin: payload,
      nodeArgs: ["--require", faulty],
      env: { CHATX_DEBUG: "1" },
    });
    expect(run.code).toBe(70);
    expect(run.stderr).toMatch(/^chatx: this is a bug.*\nRangeError: .*\n\s+at /);
  });

  test("is the same when it happens outside of what the command waits for", async () => {
    const late = join(folder, "late.cjs");
    writeFileSync(late, 'setTimeout(() => { throw new RangeError("at canary-text"); }, 0);');
    const rejected = join(folder, "rejected.cjs");
    writeFileSync(rejected, 'setTimeout(() => { Promise.reject(new RangeError("at canary-text")); }, 0);');
    for (const hook of [late, rejected]) {
      // Enough input that the run is still under way when the timer fires.
      const run = await runChatx(["validate"], { stdin: hookLines(1000), nodeArgs: ["--require", hook] });
      expectOneLine(run);
    }
  });
});
