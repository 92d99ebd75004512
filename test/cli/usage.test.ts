import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runChatx, runShell } from "../support/run-chatx.ts";
import { runInside } from "../support/run-inside.ts";
import { expectOrderly, hasProgram, saidLines, temporaryFolder } from "./outcome.ts";
import { conversationsOf, hookText } from "./payloads.ts";

const folder = temporaryFolder();
mkdirSync(join(folder, "in", "deep"), { recursive: true });
mkdirSync(join(folder, "empty"));
const payload = (name: string, id: number) => writeFileSync(join(folder, name), hookText({ id }));
payload("in/b.json", 1);
payload("in/a.json", 2);
payload("in/deep/c.json", 3);
payload("in/.hidden.json", 4);
payload("-x.json", 5);
payload("[odd].json", 6);
payload("two words.json", 7);

const run = (args: readonly string[], stdin = "") => runChatx(args, { cwd: folder, stdin });
const idsOf = async (...inputs: string[]) => {
  const result = await run(["convert", "--to", "ferndesk", "-q", ...inputs], hookText({ id: 8 }));
  expect(result).toMatchObject({ code: 0, stderr: "" });
  return conversationsOf(result.stdout).map(({ id }) => Number(id.split("-").at(-1)));
};

describe("wrong usage is told in one line and nothing is started", () => {
  // Inside this process, as these end before anything is read: tables that would start fifty processes.
  const home = process.cwd();
  beforeAll(() => process.chdir(folder));
  afterAll(() => process.chdir(home));

  const convert = ["convert", "--to", "ferndesk"];
  test.each<[string[], string]>([
    [
      ["convert", "--to", "fernesk"],
      '--to takes one of ferndesk, smartsupp, userlike, jtel, pdf; found "fernesk"',
    ],
    [
      ["convert", "--to", "smartsupp-event"],
      "smartsupp-event can be read, not written; --to takes one of ferndesk, smartsupp, userlike, jtel, pdf",
    ],
    [
      [...convert, "--from", "smartsup"],
      '--from takes one of ferndesk, smartsupp, smartsupp-event, userlike, userlike-legacy, jtel; found "smartsup"',
    ],
    [["convert", "--to", "ferndesk", "--to", "smartsupp"], "--to is given twice"],
    [[...convert, "-o", "a.json", "--output=b.json"], "--output is given twice"],
    [[...convert, "-o"], "option '-o, --output <file>' argument missing"],
    [[...convert, "-o", "--pretty"], '--output needs a value; found the option "--pretty"'],
    [[...convert, "-o", ""], "--output has an empty value"],
    [[...convert, "-o", "a.json", "--output-dir", "d"], "--output and --output-dir exclude each other"],
    [
      [...convert, "--jsonl", "--pretty"],
      "--jsonl and --pretty exclude each other: JSON Lines have one line a conversation",
    ],
    [[...convert, "--rejects", "-"], "--rejects takes a file, not standard output"],
    [[...convert, "--shard", "3/2"], '--shard takes i/n, such as 1/4 to 4/4; found "3/2"'],
    [[...convert, "--shard", "0/2"], '--shard takes i/n, such as 1/4 to 4/4; found "0/2"'],
    [
      [...convert, "--fail-on", "dropped,lost"],
      '--fail-on takes dropped or derived or unknown; found "lost"',
    ],
    [[...convert, "--agent-role", "agnt"], '--agent-role takes agent or support_agent; found "agnt"'],
    [[...convert, "--system-messages", "keep"], '--system-messages takes drop or agent; found "keep"'],
    [
      [...convert, "--time-zone", "Mars/Olympus"],
      '--time-zone takes an IANA name such as Europe/Berlin; found "Mars/Olympus"',
    ],
    [
      [...convert, "--since", "yesterday"],
      '--since takes a day or an ISO 8601 time such as 2026-01-31 or 2026-01-31T08:00:00Z; found "yesterday"',
    ],
    [
      [...convert, "--until", "2026-02-30"],
      '--until takes a day or an ISO 8601 time such as 2026-01-31 or 2026-01-31T08:00:00Z; found "2026-02-30"',
    ],
    [
      [...convert, "--max-record-bytes", "many"],
      '--max-record-bytes takes a number of bytes such as 65536 or 64MiB; found "many"',
    ],
    [[...convert, "--max-record-bytes", "1G"], '--max-record-bytes takes 511MiB at most; found "1G"'],
    [
      ["serve", "--from", "smartsupp", "in", "--max-record-bytes", "512MiB"],
      '--max-record-bytes takes 511MiB at most; found "512MiB"',
    ],
    [
      [...convert, "--max-inflated-bytes", "0"],
      '--max-inflated-bytes takes a number of bytes such as 65536 or 64MiB; found "0"',
    ],
    [["validate", "--max-findings", "1e3"], '--max-findings takes a whole number; found "1e3"'],
    [
      ["validate", "--reporter", "jsno"],
      '--reporter takes text or json or jsonl or junit or sarif or github or tap; found "jsno"',
    ],
    [["validate", "--reporter", "json="], "--reporter json= names no file"],
    [["validate", "--reporter", "json", "--reporter", "tap"], "two reports cannot share one stream"],
    [
      ["validate", "--reporter", "json=a", "--reporter", "tap=a"],
      "--reporter and --reporter name the same file: a",
    ],
    [["formats", "smartsupp", "--explain", "in/a.json"], "a format and --explain exclude each other"],
    [
      ["formats", "smartsup"],
      'chatx formats takes one of ferndesk, smartsupp, smartsupp-event, userlike, userlike-legacy, jtel; found "smartsup"',
    ],
    [["schema"], "missing required argument 'format'"],
  ])("%j", async (args, line) => {
    const before = readdirSync(folder);
    const result = await runInside(args);
    expectOrderly(result);
    expect(result.code).toBe(2);
    expect(result.stdout).toBe("");
    expect(saidLines(result)).toEqual([`chatx: ${line}`]);
    expect(result.stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(3);
    expect(readdirSync(folder)).toEqual(before);
  });

  test.each<[string[], string]>([
    [["convert", "--to", "fernesk"], "did you mean ferndesk?"],
    [["convert", "--to", "ferndesk", "--agent-role", "agnt"], "did you mean agent?"],
    [["validate", "--reporter", "jsno"], "did you mean json?"],
    [["formats", "userlke"], "did you mean userlike?"],
    [["validte"], "(Did you mean validate?)"],
    [["convert", "--to", "ferndesk", "--outptu", "x"], "(Did you mean --output?)"],
  ])("the nearest name is suggested: %j", async (args, hint) => {
    const result = await runInside(args);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(hint);
  });
});

describe("--url-template", () => {
  test.concurrent.each<[string, string]>([
    [
      "https://crm.example.com/$conversation.idd",
      "there is no variable $conversation.idd; did you mean $conversation.id? (line 1, column 25 of the template)",
    ],
    [
      "https://crm.example.com/\n$conversation.id",
      "a URL holds neither white space nor controls nor backslashes; write them as %XX (line 1, column 25 of the template)",
    ],
    [
      "https://crm.example.com/${conversation.id",
      'expected "${name}" or "${name:-default}" (line 1, column 25 of the template)',
    ],
    [
      "https://crm.example.com/$",
      'expected a name after "$"; "$$" is a dollar sign (line 1, column 25 of the template)',
    ],
    [
      "https://$conversation.id/",
      "scheme, host and port of a URL are literal; a variable can stand in its path or query (line 1, column 9 of the template)",
    ],
    [
      "https://crm.example.com:$conversation.id/",
      "scheme, host and port of a URL are literal; a variable can stand in its path or query (line 1, column 25 of the template)",
    ],
    [
      "https://$conversation.id@crm.example.com/",
      "scheme, host and port of a URL are literal; a variable can stand in its path or query (line 1, column 9 of the template)",
    ],
    [
      "javascript:alert(1)//$conversation.id",
      "scheme, host and port of a URL are literal; a variable can stand in its path or query (line 1, column 22 of the template)",
    ],
  ])("%j is wrong usage with its place", async (template, line) => {
    const result = await run(["convert", "--to", "ferndesk", "--url-template", template], hookText());
    expectOrderly(result);
    expect(result).toMatchObject({ code: 2, stdout: "" });
    expect(saidLines(result)).toEqual([`chatx: ${line}`]);
  });

  test("places values as data: no value can leave its segment", async () => {
    const conversation = (id: string) => ({
      id,
      lastMessageAt: "2024-05-01T10:00:00Z",
      messages: [{ id: "m", role: "user", content: "Hello", createdAt: "2024-05-01T10:00:00Z" }],
    });
    const ids = ["a/b?c=d#e", "ä&%2e", "$conversation.id", "..", "."];
    const args = [
      "convert",
      "--to",
      "ferndesk",
      "-q",
      "--url-template",
      "https://crm.example.com/c/$conversation.id",
    ];
    const result = await run(args, JSON.stringify({ conversations: ids.map(conversation) }));
    expect(conversationsOf(result.stdout).map(({ url }) => url)).toEqual([
      "https://crm.example.com/c/a%2Fb%3Fc%3Dd%23e",
      "https://crm.example.com/c/%C3%A4%26%252e",
      "https://crm.example.com/c/%24conversation.id",
      undefined,
      undefined,
    ]);
  });
});

describe("inputs", () => {
  test("nothing and a dash are standard input, read once", async () => {
    expect(await idsOf()).toEqual([8]);
    expect(await idsOf("-")).toEqual([8]);
    expect(await idsOf("in/a.json", "-", "-")).toEqual([2, 8]);
  });

  test("folders and quoted globs give the same files in the same order, without hidden ones", async () => {
    expect(await idsOf("in")).toEqual([2, 1, 3]);
    expect(await idsOf("in/**/*.json")).toEqual([2, 1, 3]);
    expect(await idsOf("in/*.json", "in")).toEqual([2, 1, 3]);
  });

  test("a name that exists is never taken for a pattern; blanks are part of names", async () => {
    expect(await idsOf("[odd].json", "two words.json")).toEqual([6, 7]);
  });

  test("after -- a name that begins with a dash is a name", async () => {
    expect(await idsOf("--", "-x.json")).toEqual([5]);
    expect((await run(["validate", "-x.json"])).code).toBe(2);
    const missing = await run(["validate", "--", "-x"]);
    expect(missing.code).toBe(3);
    expect(saidLines(missing)).toEqual([expect.stringContaining("cannot read -x: ")]);
  });

  test.concurrent.each([["empty"], ["empty/*.json"], ["nothing/**"]])(
    "%s matches nothing: 3, and 0 with --allow-empty",
    async (input) => {
      for (const command of [["validate"], ["convert", "--to", "ferndesk"]]) {
        const strict = await run([...command, input]);
        expectOrderly(strict);
        expect(strict.code).toBe(3);
        expect(saidLines(strict)).toEqual([
          `chatx: no file matches ${input}; check the pattern or the folder`,
        ]);
        const lax = await run([...command, "--allow-empty", input]);
        expect(lax.code).toBe(0);
        expect(saidLines(lax)).toEqual([]);
      }
    },
  );

  test("--allow-empty does not excuse a file that is missing", async () => {
    expect((await run(["validate", "--allow-empty", "missing.json"])).code).toBe(3);
  });

  test("empty standard input is an error, and with --allow-empty an empty document", async () => {
    expect((await run(["convert", "--to", "ferndesk"])).code).toBe(1);
    const lax = await run(["convert", "--to", "ferndesk", "--allow-empty", "-q"]);
    expect(lax).toMatchObject({ code: 0, stdout: '{"conversations":[]}\n', stderr: "" });
  });
});

const onTerminal = (line: string, env: Record<string, string> = {}) =>
  runShell(`script -qec "$CHATX ${line}" /dev/null </dev/null`, {
    cwd: folder,
    env: { TERM: "xterm", ...env },
  });

describe.skipIf(!hasProgram("script"))("on a terminal (skipped where there is no script program)", () => {
  test("standard input is not read: that is wrong usage", async () => {
    for (const line of [
      "validate",
      "convert --to ferndesk",
      "convert --to ferndesk in/a.json -",
      "formats --explain -",
    ]) {
      const result = await onTerminal(line);
      expect(result.code).toBe(2);
      expect(result.stdout).toContain(
        "chatx: standard input is a terminal; name a file, or pipe the payloads in",
      );
    }
  });

  test("findings have colours, unless the user or the terminal says no", async () => {
    writeFileSync(join(folder, "bad.json"), "{");
    expect((await onTerminal("validate bad.json")).stdout).toContain("\u001b[");
    expect((await onTerminal("validate --no-color bad.json")).stdout).not.toContain("\u001b");
    expect((await onTerminal("validate bad.json", { NO_COLOR: "1" })).stdout).not.toContain("\u001b");
    expect((await onTerminal("validate bad.json", { TERM: "dumb" })).stdout).not.toContain("\u001b");
  });
});

describe("colours off a terminal", () => {
  writeFileSync(join(folder, "bad.json"), "{");
  const colored = async (args: string[], env: Record<string, string>) => {
    const result = await runChatx(["validate", ...args, "bad.json"], { cwd: folder, env });
    expect(result.code).toBe(1);
    return result.stdout.includes("\u001b[");
  };

  test("come only when they are forced, and NO_COLOR and --no-color are stronger", async () => {
    expect(await colored([], {})).toBe(false);
    expect(await colored([], { NO_COLOR: "" })).toBe(false);
    expect(await colored([], { FORCE_COLOR: "1" })).toBe(true);
    expect(await colored([], { FORCE_COLOR: "0" })).toBe(false);
    expect(await colored([], { FORCE_COLOR: "1", NO_COLOR: "1" })).toBe(false);
    expect(await colored(["--no-color"], { FORCE_COLOR: "1" })).toBe(false);
    expect(await colored(["--reporter", "json"], { FORCE_COLOR: "1" })).toBe(false);
  });
});
