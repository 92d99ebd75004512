import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runShell } from "../support/run-chatx.ts";
import { runInside } from "../support/run-inside.ts";
import { temporaryFolder } from "./outcome.ts";
import { conversationsOf, hookLines, hookText } from "./payloads.ts";

const base = temporaryFolder();

/** A folder with two payloads, one of them bad. */
function captures(): string {
  const d = mkdtempSync(join(base, "d-"));
  writeFileSync(join(d, "good.json"), hookText());
  writeFileSync(join(d, "bad.json"), '{"accountId":1,}');
  return d;
}

const convert = (...args: string[]) => runInside(["convert", "--to", "ferndesk", ...args]);

test("what a conversion writes into its input folder is no input of the next one", async () => {
  const d = captures();
  const outputs = ["-o", "out.json", "--rejects", "r.jsonl", "--loss-report", "loss.jsonl"];
  const args = outputs.map((one) => (one.startsWith("-") ? one : join(d, one)));
  const runs = [];
  for (let run = 0; run < 2; run++) {
    const { stderr } = await convert(d, ...args, "--reporter", `jsonl=${join(d, "findings.jsonl")}`);
    runs.push([
      /^records read.*$/m.exec(stderr)?.[0],
      ...["out.json", "r.jsonl", "loss.jsonl", "findings.jsonl"].map((one) =>
        readFileSync(join(d, one), "utf8"),
      ),
    ]);
    if (run === 1) {
      for (const [name, option] of [
        ["out.json", "--output"],
        ["r.jsonl", "--rejects"],
        ["loss.jsonl", "--loss-report"],
        ["findings.jsonl", "--reporter"],
      ])
        expect(stderr).toContain(`chatx: ${join(d, name!)} is not read: ${option} writes it\n`);
    }
  }
  expect(runs[1]).toEqual(runs[0]);
  expect(runs[0]![0]).toBe("records read 2 = written 1 + skipped 0 + rejected 1");
});

test("nor is what it writes one file a conversation, also beside its inputs", async () => {
  for (const folderOf of [(d: string) => join(d, "out"), (d: string) => d]) {
    const d = captures();
    for (let run = 0; run < 2; run++) {
      const { stderr } = await convert(d, "--output-dir", folderOf(d));
      expect(stderr).toContain("records read 2 = written 1");
    }
    expect(readdirSync(folderOf(d)).filter((name) => name.startsWith("ferndesk-"))).toHaveLength(1);
  }
});

test("nor what it writes to standard output", async () => {
  const d = captures();
  const run = await runShell(`$CHATX convert --to ferndesk --jsonl ${d} >${d}/out.jsonl`);
  expect(run.stderr).toContain(`chatx: ${join(d, "out.jsonl")} is not read: standard output goes there\n`);
  expect(run.stderr).toContain("records read 2 = written 1");
  const again = await runShell(`$CHATX convert --to ferndesk ${d}/good.json >>${d}/good.json`);
  expect([again.code, again.stderr]).toEqual([
    2,
    expect.stringContaining(`an input and standard output name the same file: ${d}/good.json\n`),
  ]);
});

test("validate reads neither its reports nor a journal that lies in the folder", async () => {
  const d = captures();
  writeFileSync(join(d, "run.jsonl"), '{"kind":"chatx-journal","version":1,"run":"x"}\n');
  const report = join(d, "report.json");
  for (let run = 0; run < 2; run++) {
    const { stdout, stderr } = await runInside([
      "validate",
      d,
      "--reporter",
      "text",
      "--reporter",
      `json=${report}`,
    ]);
    expect(stdout).toContain("2 records from 2 sources: 1 valid, 1 invalid");
    expect(stderr).toContain(`chatx: ${join(d, "run.jsonl")} is not read: it is a journal of chatx replay\n`);
  }
});

test("an input that a side output would replace is wrong usage; --output may", async () => {
  const d = captures();
  const input = join(d, "good.json");
  mkdirSync(join(d, "links"));
  symlinkSync(input, join(d, "links", "good.json"));
  for (const [more, message] of [
    [["--rejects", input], "an input and --rejects name the same file"],
    [["--loss-report", join(d, "links", "good.json")], "an input and --loss-report name the same file"],
    [["--reporter", `json=${input}`], "an input and --reporter name the same file"],
    [["-o", input, "--rejects", input], "--rejects name the same file"],
  ] as const) {
    const run = await convert(input, ...more);
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(readFileSync(input, "utf8")).toBe(hookText());
  }
  const validated = await runInside(["validate", input, "--reporter", `json=${input}`]);
  expect([validated.code, readFileSync(input, "utf8")]).toEqual([2, hookText()]);
  const done = await convert("-o", input, input);
  expect([done.code, conversationsOf(readFileSync(input, "utf8")).length]).toEqual([0, 1]);
});

test("a payload in the output folder that is named is read, whatever it is called", async () => {
  const d = captures();
  const named = join(d, "ferndesk-0123456789abcdef.json");
  writeFileSync(named, hookLines(1));
  expect((await convert(named, "--output-dir", d)).stderr).toContain("records read 1 = written 1");
});
