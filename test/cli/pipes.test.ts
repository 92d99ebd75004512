import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runChatx, runShell } from "../support/run-chatx.ts";
import { expectOrderly, saidLines, temporaryFolder } from "./outcome.ts";
import { hookLines, hookText } from "./payloads.ts";

const folder = temporaryFolder();
const good = join(folder, "good.json");
const bad = join(folder, "bad.json");
const big = join(folder, "big.jsonl");
const bigBad = join(folder, "big-bad.jsonl");
writeFileSync(good, hookText());
writeFileSync(bad, '{"accountId": "no number"}');
writeFileSync(big, hookLines(1000));
writeFileSync(bigBad, '{"accountId": "no number"}\n'.repeat(1000));
const env = { GOOD: good, BAD: bad, BIG: big, BIGBAD: bigBad, DIR: folder };

describe.skipIf(!existsSync("/dev/full"))("a full disk never looks like success", () => {
  test.concurrent.each([
    "convert --to ferndesk $GOOD > /dev/full",
    "convert --to ferndesk --jsonl $BIG > /dev/full",
    "convert --to smartsupp --pretty $GOOD > /dev/full",
    "convert --to ferndesk -o /dev/full $GOOD",
    "convert --to ferndesk --reporter json=/dev/full $GOOD",
    "convert --to ferndesk --rejects /dev/full $BAD",
    "convert --to ferndesk --loss-report /dev/full $GOOD",
    "convert --to ferndesk $GOOD 2> /dev/full",
    "validate $GOOD > /dev/full",
    "validate $BIGBAD --max-findings 0 > /dev/full",
    "validate $GOOD --reporter text=/dev/full",
    "validate $GOOD --reporter junit=/dev/full --reporter text",
    "formats > /dev/full",
    "formats smartsupp > /dev/full",
    "formats --explain $GOOD > /dev/full",
    "schema ferndesk > /dev/full",
    "--help > /dev/full",
    "--version > /dev/full",
  ])("%s", async (line) => {
    const run = await runShell(`$CHATX ${line}`, { env });
    expectOrderly(run);
    expect(run.code).toBe(4);
    if (!line.includes("2>"))
      expect(saidLines(run)).toEqual([
        expect.stringMatching(
          /^chatx: cannot write (standard output|\/dev\/full): no space left on the disk$/,
        ),
      ]);
  });
});

describe("a reader that leaves ends the run quietly", () => {
  test.concurrent.each([
    "convert --to ferndesk --jsonl --quiet $BIG",
    "convert --to ferndesk --quiet $BIG",
    "validate $BIGBAD --max-findings 0",
    "validate $BIGBAD --max-findings 0 --reporter jsonl",
    "formats --explain $BIG",
  ])("%s | head -1", async (line) => {
    const run = await runShell(`$CHATX ${line} | head -1; echo "codes \${PIPESTATUS[*]}"`, { env });
    expect(run.stdout.split("\n").at(-2)).toBe("codes 0 0");
    expect(run.stderr).toBe("");
  });

  test("also while standard input stays open and has no end", async () => {
    const script = `(cat "$BIG"; while echo; do sleep 0.05; done) | $CHATX convert --to ferndesk --jsonl -q | head -1 | wc -l`;
    const run = await runShell(script, { env });
    expect(run.stdout.trim()).toBe("1");
    expect(run.stderr).toBe("");
  });

  test("files that were asked for are complete all the same", async () => {
    const script =
      '$CHATX convert --to ferndesk --jsonl -q --loss-report $DIR/loss.jsonl $BIG | head -1 >/dev/null; echo "$PIPESTATUS"; ' +
      '$CHATX validate $BIGBAD --max-findings 0 --reporter text --reporter jsonl=$DIR/findings.jsonl | head -1 >/dev/null; echo "$PIPESTATUS"';
    const run = await runShell(script, { env });
    expect(run.stdout).toBe("0\n1\n");
    const lastLine = (name: string) =>
      JSON.parse(readFileSync(join(folder, name), "utf8").trim().split("\n").at(-1)!);
    expect(lastLine("loss.jsonl").record).toBe(1000);
    expect(lastLine("findings.jsonl").summary.invalid).toBe(1000);
  });

  test("nobody listening to the talk does not stop the work", async () => {
    const script = `$CHATX convert --to ferndesk --max-findings 0 -o $DIR/talk.json $BIG $BIGBAD 2> >(head -1 >/dev/null); echo "$?"`;
    const run = await runShell(script, { env });
    expect(run.stdout).toBe("1\n");
    expect(JSON.parse(readFileSync(join(folder, "talk.json"), "utf8")).conversations).toHaveLength(1000);
  });
});

describe("closed descriptors", () => {
  test("with standard input closed, files are read, and reading it is an empty source", async () => {
    const files = await runShell("$CHATX validate $GOOD <&-", { env });
    expect(files).toMatchObject({ code: 0, stderr: "" });
    const stdin = await runShell("$CHATX validate <&-", { env });
    expectOrderly(stdin);
    expect(stdin).toMatchObject({ code: 1, stderr: "" });
    expect(stdin.stdout).toContain("the source holds no payload");
  });

  test("with all three closed, nothing meant for them gets into a file", async () => {
    const args = "convert --to ferndesk -o $DIR/closed.json --loss-report $DIR/closed-loss.jsonl $GOOD $BAD";
    const open = await runShell(`$CHATX ${args}`, { env });
    expect(open.code).toBe(1);
    const expected = [
      readFileSync(join(folder, "closed.json")),
      readFileSync(join(folder, "closed-loss.jsonl")),
    ];
    for (const closing of [">&-", "2>&-", "<&- >&- 2>&-"]) {
      const run = await runShell(`rm -f $DIR/closed*; $CHATX ${args} ${closing}`, { env });
      expect(run.signal).toBeNull();
      expect(run.code).toBe(1);
      expect([
        readFileSync(join(folder, "closed.json")),
        readFileSync(join(folder, "closed-loss.jsonl")),
      ]).toEqual(expected);
    }
    expect(readFileSync(good, "utf8")).toBe(hookText());
  });
});

describe("results and talk are kept apart", () => {
  test("standard output holds the document and nothing else", async () => {
    const args = ["convert", "--to", "ferndesk", good, bad, join(folder, "missing")];
    const run = await runChatx(args);
    expect(run.code).toBe(3);
    expect(JSON.parse(run.stdout).conversations).toHaveLength(1);
    expect(run.stderr).toContain("cannot read");
    expect(run.stderr).toContain("records read 2");
    const alone = await runShell(`$CHATX ${args.join(" ")} 2>/dev/null`);
    expect(alone.stdout).toBe(run.stdout);
  });

  test("a report for machines on standard error is one document", async () => {
    const run = await runChatx(["convert", "--to", "ferndesk", "--reporter", "json", good, bad]);
    expect(run.code).toBe(1);
    const report = JSON.parse(run.stderr);
    expect(report.summary).toMatchObject({ records: 2, valid: 1, invalid: 1 });
    expect(report.findings[0].code).toMatch(/^(schema|format)\//);
  });

  test("--quiet says nothing about success, and errors all the same", async () => {
    const quiet = await runChatx(["convert", "--to", "ferndesk", "--quiet", good]);
    expect(quiet).toMatchObject({ code: 0, stderr: "" });
    expect(await runChatx(["validate", "-q", good])).toMatchObject({ code: 0, stdout: "", stderr: "" });
    const failing = await runChatx(["validate", "-q", bad]);
    expect(failing.code).toBe(1);
    expect(failing.stdout).toMatch(/^error /);
    expect(failing.stdout).not.toMatch(/^warning |records?:/m);
  });
});
