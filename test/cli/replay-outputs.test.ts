import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runShell } from "../support/run-chatx.ts";
import { endpoint, folder, hook, hooks, replay, totals } from "./replay-support.ts";

/** A folder with three payloads in it, and what was sent of them. */
async function captures() {
  const server = await endpoint((request) => (request.body.includes('"id":2,') ? 422 : 200));
  const into = folder();
  mkdirSync(join(into, "d"));
  hooks(join(into, "d"), 3);
  return { server, into, d: join(into, "d") };
}

/** Every option of a replay that writes, with what it writes in the folder. */
function everyOutput(d: string): string[] {
  return [
    ...["--journal", join(d, "run.jsonl"), "--dead-letter", join(d, "dead.jsonl")],
    ...["--har", join(d, "x.har"), "--save-responses", join(d, "zz")],
    ...["--reporter", `json=${join(d, "report.json")}`, "--reporter", `html=${join(d, "report.html")}`],
  ];
}

describe("outputs in an input folder", () => {
  test.each([
    ["folder", (d: string) => d],
    ["pattern", (d: string) => join(d, "**")],
  ])("are no payloads where a %s is read, neither in this run nor when it is resumed", async (_, inputOf) => {
    const { server, d } = await captures();
    const args = [inputOf(d), "--url", server.url, ...everyOutput(d)];
    const first = await replay(args);
    expect(totals(first)).toMatchObject({ planned: 3, delivered: 2, failed: 1 });
    expect(server.requests).toHaveLength(3);
    const again = await replay([...args, "--resume"]);
    expect([again.code, server.requests.length]).toEqual([1, 3]);
    expect(totals(again)).toMatchObject({ planned: 3, delivered: 2, failed: 1 });
    for (const [name, option] of [
      ["run.jsonl", "--journal"],
      ["dead.jsonl", "--dead-letter"],
      ["x.har", "--har"],
      ["report.json", "--reporter"],
    ]) {
      const note = `chatx: ${join(d, name!)} is not read: ${option} writes it\n`;
      expect(again.stderr.split(note)).toHaveLength(2);
    }
    expect(again.stderr).toContain(
      `chatx: ${join(d, "zz")}: what --save-responses writes there is not read\n`,
    );
  });

  test("are none in the next run with the same options, also without a journal", async () => {
    const { server, d } = await captures();
    const args = [d, "--url", server.url, "--har", join(d, "x.har"), "--save-responses", join(d, "zz")];
    for (let run = 1; run <= 2; run++) {
      expect(totals(await replay([...args, "--reporter", `jsonl=${join(d, "r.jsonl")}`])).planned).toBe(3);
      expect(server.requests).toHaveLength(3 * run);
    }
    expect(readdirSync(d).sort()).toEqual(["hooks.jsonl", "r.jsonl", "x.har", "zz"]);
  });

  test("are none by another name of theirs", async () => {
    const { server, into, d } = await captures();
    const [journal, har] = [join(into, "run.jsonl"), join(into, "x.har")];
    const args = [d, "--url", server.url, "--journal", journal, "--har", har];
    await replay(args);
    linkSync(har, join(d, "second-name.har"));
    symlinkSync(journal, join(d, "link.jsonl"));
    expect(totals(await replay([...args, "--resume"])).planned).toBe(3);
  });

  test("do not hide what else is in the folder of the answers", async () => {
    const { server, d } = await captures();
    const args = [join(d, "*.json*"), "--url", server.url, "--save-responses", d];
    for (let run = 0; run < 2; run++) expect(totals(await replay(args)).planned).toBe(3);
    expect(readdirSync(d)).toHaveLength(1 + 3 * 2);
  });

  test("are told apart in a dry run, which looks at the journal", async () => {
    const { server, d } = await captures();
    const args = [d, "--url", server.url, ...everyOutput(d)];
    await replay(args);
    const plan = await replay([...args, "--resume", "--dry-run"]);
    expect(JSON.parse(plan.stdout).plan).toMatchObject({ planned: 3, deliveredBefore: 2, toSend: 0 });
  });

  test("that the shell writes are no payloads", async () => {
    const { server, d } = await captures();
    const run = await runShell(
      `$CHATX replay ${d} --url ${server.url} --reporter jsonl >${d}/out.jsonl 2>${d}/err.txt`,
    );
    expect([run.code, server.requests.length]).toEqual([1, 3]);
    const said = readFileSync(join(d, "err.txt"), "utf8");
    expect(said).toContain(`chatx: ${join(d, "out.jsonl")} is not read: standard output goes there\n`);
    expect(said).toContain(`chatx: ${join(d, "err.txt")} is not read: standard error goes there\n`);
  });

  test("of an earlier run are payloads where they are dead letters, and none where they are a journal", async () => {
    const { server, d } = await captures();
    await replay([
      d,
      "--url",
      server.url,
      ...["journal", "dead-letter"].flatMap((one) => [`--${one}`, join(d, one)]),
    ]);
    const run = await replay([d, "--url", server.url, "--on-failure", "continue"]);
    expect([totals(run).planned, server.requests.length]).toEqual([4, 3 + 4]);
    expect(run.stderr).toContain(
      `chatx: ${join(d, "journal")} is not read: it is a journal of chatx replay\n`,
    );
    expect((await replay([d, "--url", server.url, "--quiet"])).stderr).not.toContain("is not read");
  });

  test("are all that is there: then nothing matches", async () => {
    const { server, d, into } = await captures();
    mkdirSync(join(into, "e"));
    await replay([d, "--url", server.url, "--journal", join(into, "e", "run.jsonl")]);
    const run = await replay([join(into, "e"), "--url", server.url]);
    expect(run.code).toBe(3);
    expect(run.stderr).toContain(`no file matches ${join(into, "e")} but what is left out`);
  });
});

describe("a file with two parts to play is wrong usage, and nothing is opened", () => {
  const cases: readonly (readonly [string, (d: string) => string[], RegExp])[] = [
    [
      "two outputs",
      (d) => ["--har", `${d}/x`, "--journal", `${d}/x`],
      /--journal and --har name the same file/,
    ],
    ["two outputs", (d) => ["--har", `${d}/x`, "--dead-letter", `${d}/x`], /--dead-letter and --har name/],
    [
      "two outputs",
      (d) => ["--journal", `${d}/x`, "--dead-letter", `${d}/../d/x`],
      /--journal and --dead-letter name/,
    ],
    ["two outputs", (d) => ["--har", `${d}/x`, "--reporter", `json=${d}/x`], /--har and --reporter name/],
    [
      "two reports",
      (d) => ["--reporter", `json=${d}/x`, "--reporter", `html=${d}/x`],
      /--reporter and --reporter name/,
    ],
    [
      "a file and a folder",
      (d) => ["--journal", `${d}/x`, "--save-responses", `${d}/x/`],
      /--journal and --save-responses name/,
    ],
    [
      "a link and its target",
      (d) => ["--journal", `${d}/x`, "--har", `${d}/link-to-x`],
      /--journal and --har name/,
    ],
    [
      "two names of one file",
      (d) => ["--har", `${d}/one`, "--reporter", `json=${d}/two`],
      /--har and --reporter name/,
    ],
    ["the input", (d) => ["--har", `${d}/hooks.jsonl`], /an input and --har name the same file/],
    ["the input", (d) => ["--journal", `${d}/hooks.jsonl`], /an input and --journal name/],
    [
      "the input by a link",
      (d) => ["--dead-letter", `${d}/link-to-hooks`],
      /an input and --dead-letter name/,
    ],
    [
      "the input by a second name",
      (d) => ["--reporter", `json=${d}/hooks-too`],
      /an input and --reporter name/,
    ],
    ["a template", (d) => ["--body", `@${d}/one`, "--har", `${d}/one`], /--body and --har name/],
  ];
  test.each(cases)("%s: case %#", async (_, more, message) => {
    const { server, d } = await captures();
    symlinkSync(join(d, "x"), join(d, "link-to-x"));
    writeFileSync(join(d, "one"), "{}");
    linkSync(join(d, "one"), join(d, "two"));
    symlinkSync(join(d, "hooks.jsonl"), join(d, "link-to-hooks"));
    linkSync(join(d, "hooks.jsonl"), join(d, "hooks-too"));
    const before = [readdirSync(d).sort(), readFileSync(join(d, "hooks.jsonl"), "utf8")];
    for (const dry of [[], ["--dry-run"]]) {
      const run = await replay([join(d, "hooks.jsonl"), "--url", server.url, ...more(d), ...dry]);
      expect([run.code, run.stdout, server.connections]).toEqual([2, "", 0]);
      expect(run.stderr).toMatch(message);
    }
    expect([readdirSync(d).sort(), readFileSync(join(d, "hooks.jsonl"), "utf8")]).toEqual(before);
  });

  test("a folder of payloads that is to take the answers", async () => {
    const { server, d } = await captures();
    const run = await replay([d, "--url", server.url, "--save-responses", d]);
    expect([run.code, server.connections]).toEqual([2, 0]);
    expect(run.stderr).toContain(`an input and --save-responses name the same folder: ${d}\n`);
  });

  test("what the shell reads from or writes to", async () => {
    const { server, d } = await captures();
    const input = join(d, "hooks.jsonl");
    const text = readFileSync(input, "utf8");
    const asInput = await runShell(`$CHATX replay --url ${server.url} --har ${input} <${input}`);
    expect([asInput.code, server.connections]).toEqual([2, 0]);
    expect(asInput.stderr).toContain("standard input and --har name the same file");
    const asOutput = await runShell(`$CHATX replay --url ${server.url} ${input} --reporter jsonl >>${input}`);
    expect([asOutput.code, server.connections]).toEqual([2, 0]);
    expect(asOutput.stderr).toContain(`an input and standard output name the same file: ${input}\n`);
    expect(readFileSync(input, "utf8")).toBe(text);
  });

  test("what an unquoted pattern brings along; quoted it does not", async () => {
    const { server, d } = await captures();
    const args = `--url ${server.url} --journal ${d}/run.jsonl`;
    await runShell(`$CHATX replay ${d}/*.jsonl ${args}`);
    const unquoted = await runShell(`$CHATX replay ${d}/*.jsonl ${args} --resume`);
    expect([unquoted.code, server.requests.length]).toEqual([2, 3]);
    expect(unquoted.stderr).toContain("or quote the pattern: what a run writes is left out of it\n");
    const quoted = await runShell(`$CHATX replay '${d}/*.jsonl' ${args} --resume`);
    expect([totals(quoted).planned, server.requests.length]).toEqual([3, 3]);
  });

  test("but a device may take several outputs", async () => {
    const { server, d } = await captures();
    const run = await replay([d, "--url", server.url, "--har", "/dev/null", "--reporter", "json=/dev/null"]);
    expect([run.code, server.requests.length]).toEqual([1, 3]);
  });

  test("a journal that is named as an input", async () => {
    const { server, d, into } = await captures();
    const journal = join(into, "run.jsonl");
    await replay([d, "--url", server.url, "--journal", journal]);
    const sent = server.requests.length;
    const run = await replay([journal, "--url", server.url]);
    expect([run.code, server.requests.length]).toEqual([2, sent]);
    expect(run.stderr).toContain(
      `${journal} is a journal of chatx replay, and no payloads are in it\n  hint: `,
    );
    expect(existsSync(journal)).toBe(true);
  });
});

test("a payload that only looks a little like a journal is sent", async () => {
  const { server, d } = await captures();
  writeFileSync(join(d, "a.json"), JSON.stringify({ kind: "chatx-journal", ...hook(9) }));
  expect(totals(await replay([d, "--url", server.url])).planned).toBe(4);
});
