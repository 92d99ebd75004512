import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root, runChatx } from "../support/run-chatx.ts";
import { expectOrderly, expectSummaryAddsUp, temporaryFolder } from "./outcome.ts";
import { BEGIN, conversationsOf, hookLines, hookText, hookWithBytes } from "./payloads.ts";

const folder = temporaryFolder();
const convert = (args: readonly string[], stdin: string | Uint8Array) =>
  runChatx(["convert", "--to", "ferndesk", ...args], { stdin });
const linesOf = (path: string) =>
  readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

describe("the summary adds up", () => {
  const noConversation = JSON.stringify({ _type: "operator", _event: "online", id: 1, name: "Tom" });
  test.concurrent.each<[string, string | Uint8Array, string[], Record<string, number>]>([
    ["nothing", "", [], { read: 0, written: 0, skipped: 0, rejected: 0 }],
    ["good records", hookLines(3), [], { read: 3, written: 3, skipped: 0, rejected: 0 }],
    ["bad records", "{}\n{\n[1]\n", [], { read: 3, written: 0, skipped: 0, rejected: 3 }],
    ["exact repeats", `${hookText()}\n${hookText()}`, [], { read: 2, written: 1, skipped: 1, rejected: 0 }],
    [
      "repeats that differ",
      `${hookText()}\n${hookText({ text: "Bye" })}`,
      [],
      { read: 2, written: 1, skipped: 1, rejected: 0 },
    ],
    [
      "repeats, folded",
      `${hookText()}\n${hookText({ text: "Bye" })}`,
      ["--fold"],
      { read: 2, written: 2, skipped: 0, rejected: 0 },
    ],
    [
      "repeats, strictly",
      `${hookText()}\n${hookText({ text: "Bye" })}`,
      ["--strict"],
      { read: 2, written: 1, skipped: 0, rejected: 1 },
    ],
    ["another share", hookLines(40), ["--shard", "1/2"], { read: 40, rejected: 0 }],
    [
      "times outside",
      hookLines(3),
      ["--since", "2030-01-01"],
      { read: 3, written: 0, skipped: 3, rejected: 0 },
    ],
    [
      "folded times outside",
      hookLines(3),
      ["--since", "2030-01-01", "--fold"],
      { read: 3, written: 0, skipped: 3, rejected: 0 },
    ],
    ["no conversation", noConversation, [], { read: 1 }],
    [
      "no message left",
      hookText()
        .replaceAll('"type":"visitor"', '"type":"system"')
        .replaceAll('"type":"agent"', '"type":"system"'),
      [],
      { read: 1, written: 0, skipped: 1, rejected: 0 },
    ],
    [
      "a stop at the first fault",
      `${hookText()}\n{}\n${hookText({ id: 2 })}`,
      ["--fail-fast"],
      { read: 2, written: 1, skipped: 0, rejected: 1 },
    ],
    [
      "warnings, strictly",
      hookLines(2, () => ({ more: { odd: 1 } })),
      ["--strict"],
      { read: 2, written: 0, skipped: 0, rejected: 2 },
    ],
  ])("over %s", async (_, stdin, args, counts) => {
    const run = await convert(args, stdin);
    expectOrderly(run);
    expect(expectSummaryAddsUp(run.stderr)).toMatchObject(counts);
  });
});

describe("--rejects", () => {
  test("holds the raw bytes with path and type of the fault, and gives the same bytes back", async () => {
    const path = join(folder, "rejects.jsonl");
    const wrongType = hookText({ id: 1, text: "canary \u2028 ü" }).replace(
      '"isChat":true',
      '"isChat": "canary-value"',
    );
    const latin1 = hookWithBytes(Buffer.from([0x67, 0xfc, 0x6e]), 2);
    const stdin = Buffer.concat([
      Buffer.from(`${wrongType}\n`),
      latin1,
      Buffer.from(`\n${hookText({ id: 3 })}\n`),
    ]);
    const run = await convert(["--rejects", path], stdin);
    expect(run.code).toBe(1);
    const rejects = linesOf(path);
    expect(rejects).toHaveLength(2);
    expect(rejects[0]).toMatchObject({
      source: "<stdin>",
      record: 1,
      line: 1,
      column: 1,
      offset: 0,
      reasons: [
        {
          code: "schema/wrong-type",
          message: "expected a boolean, found string",
          pointer: "/channel/isChat",
        },
      ],
      raw: wrongType,
    });
    expect(rejects[0].reasons[0].message).not.toContain("canary");
    expect(rejects[1]).toMatchObject({ record: 2, line: 2, reasons: [{ code: "json/invalid-utf8" }] });
    expect(Buffer.from(rejects[1].rawBase64, "base64").equals(latin1)).toBe(true);
    expect(rejects[1].raw).toBeUndefined();

    // What was rejected is rejected again, for the same reasons.
    const again = join(folder, "again.jsonl");
    const raw = rejects.map((line) =>
      line.raw === undefined ? Buffer.from(line.rawBase64, "base64") : Buffer.from(line.raw),
    );
    await convert(["--rejects", again], Buffer.concat(raw.flatMap((bytes) => [bytes, Buffer.from("\n")])));
    expect(linesOf(again).map(({ reasons, raw: text, rawBase64 }) => [reasons, text, rawBase64])).toEqual(
      rejects.map(({ reasons, raw: text, rawBase64 }) => [reasons, text, rawBase64]),
    );
  });

  test("is an empty file when nothing is rejected", async () => {
    const path = join(folder, "none.jsonl");
    expect((await convert(["-q", "--rejects", path], hookText())).code).toBe(0);
    expect(readFileSync(path, "utf8")).toBe("");
  });
});

describe("--fail-on", () => {
  const known = JSON.stringify({
    conversations: [
      {
        id: "c",
        lastMessageAt: "2024-05-01T10:00:00Z",
        messages: [{ id: "m", role: "user", content: "Hello", createdAt: "2024-05-01T10:00:00Z" }],
      },
    ],
  });
  /** Messages without a time of their own take the nearest one. */
  const untimed = readFileSync(join(root, "fixtures/userlike/valid/missing-times.json"), "utf8");
  test.concurrent.each<[string, string, number]>([
    ["dropped", hookText(), 1],
    ["derived", hookText(), 0],
    ["derived", untimed, 1],
    ["unknown", hookText(), 0],
    ["unknown", hookText({ more: { odd: 1 } }), 1],
    ["unknown,dropped", hookText(), 1],
    ["derived,unknown", known, 0],
  ])("%s (case %#)", async (what, stdin, code) => {
    const run = await convert(["-q", "--fail-on", what], stdin);
    expectOrderly(run);
    expect(run.code).toBe(code);
    expect(conversationsOf(run.stdout)).toHaveLength(1);
  });
});

describe("--shard", () => {
  test.concurrent.each([1, 2, 3, 7])(
    "the lines of %i shares together are the whole, and no line is in two",
    async (count) => {
      const stdin = hookLines(60);
      const whole = (await convert(["--jsonl", "-q"], stdin)).stdout;
      const shares = await Promise.all(
        Array.from({ length: count }, (_, k) =>
          convert(["--jsonl", "-q", "--shard", `${k + 1}/${count}`], stdin),
        ),
      );
      for (const share of shares) expect(share.code).toBe(0);
      const lines = shares.flatMap(({ stdout }) => stdout.split("\n").filter((line) => line !== ""));
      expect(lines.sort()).toEqual(whole.trimEnd().split("\n").sort());
      if (count > 1)
        expect(Math.max(...shares.map(({ stdout }) => stdout.length))).toBeLessThan(whole.length);
    },
  );

  test("events of one conversation go to one share, in whatever order they come", async () => {
    const lines = [
      hookText({ id: 1 }),
      hookText({ id: 1, text: "more" }),
      hookText({ id: 2 }),
      hookText({ id: 3 }),
    ];
    const shares = async (stdin: string) =>
      Promise.all(
        ["1/2", "2/2"].map(
          async (shard) => (await convert(["--jsonl", "-q", "--fold", "--shard", shard], stdin)).stdout,
        ),
      );
    expect(await shares(lines.join("\n"))).toEqual(await shares(lines.toReversed().join("\n")));
  });
});

describe("--since and --until", () => {
  const hour = 3_600_000;
  /** Last messages at 10:00:20, 11:00:20 and so on. */
  const stdin = hookLines(4, (k) => ({ sentAt: BEGIN + k * hour }));
  test.concurrent.each<[string[], number[]]>([
    [
      ["--since", "2024-05-01T11:00:20Z"],
      [2, 3, 4],
    ],
    [
      ["--since", "2024-05-01T11:00:20.001Z"],
      [3, 4],
    ],
    [["--until", "2024-05-01T11:00:20Z"], [1]],
    [
      ["--since", "2024-05-01T13:00:00+02:00", "--until", "2024-05-01T15:00:00+02:00"],
      [2, 3],
    ],
    [
      ["--since", "2024-05-01"],
      [1, 2, 3, 4],
    ],
    [["--until", "2024-05-01"], []],
    [
      ["--since", "2024-05-01T13:00:00", "--time-zone", "Europe/Berlin"],
      [2, 3, 4],
    ],
  ])("%j", async (args, ids) => {
    const run = await convert(["-q", ...args], stdin);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(conversationsOf(run.stdout).map(({ id }) => Number(id.split("-").at(-1)))).toEqual(ids);
  });
});

describe("--reporter", () => {
  test("several at once, each with its file, tell the same findings", async () => {
    const stdin = `${hookText({ more: { odd: 1 } })}\n{"accountId":1\n${hookText({ id: 2 })}\n`;
    const names = ["text", "json", "jsonl", "junit", "sarif", "github", "tap"];
    const files = names.flatMap((name) => ["--reporter", `${name}=${join(folder, `report.${name}`)}`]);
    const run = await runChatx(["validate", ...files], { stdin });
    expect(run).toMatchObject({ code: 1, stdout: "", stderr: "" });
    for (const name of names) {
      const alone = await runChatx(["validate", "--reporter", name], { stdin });
      expect(readFileSync(join(folder, `report.${name}`), "utf8")).toBe(alone.stdout);
      expect(alone.stdout).not.toBe("");
    }
    const converted = await convert(["--reporter", `json=${join(folder, "convert.json")}`], stdin);
    const codesIn = (name: string) =>
      JSON.parse(readFileSync(join(folder, name), "utf8"))
        .findings.filter(({ severity }: { severity: string }) => severity !== "info")
        .map(({ code }: { code: string }) => code);
    expect(codesIn("convert.json")).toEqual(codesIn("report.json"));
    expectSummaryAddsUp(converted.stderr);
  });

  test("one may go to the stream beside those with files", async () => {
    const path = join(folder, "beside.tap");
    const run = await runChatx(["validate", "--reporter", "json", "--reporter", `tap=${path}`], {
      stdin: hookText(),
    });
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout).summary.valid).toBe(1);
    expect(readFileSync(path, "utf8")).toMatch(/^TAP version 14\n/);
  });
});

test("--output-dir gives each conversation a file of its own, the same as a run of its own", async () => {
  const dir = join(folder, "dir");
  expect(await convert(["-q", "--output-dir", dir], hookLines(3))).toMatchObject({
    code: 0,
    stdout: "",
    stderr: "",
  });
  const contents = readdirSync(dir).map((name) => readFileSync(join(dir, name), "utf8"));
  const alone = await Promise.all(
    [1, 2, 3].map(async (id) => (await convert(["-q"], hookText({ id }))).stdout),
  );
  expect(contents.sort()).toEqual(alone.sort());
});

test("--max-findings cuts the report and says how much is hidden; 0 shows all", async () => {
  const stdin = hookLines(5, () => ({ more: { odd: 1 } }));
  const cut = await runChatx(["validate", "--max-findings", "2"], { stdin });
  expect(cut.stdout.match(/^warning /gm)).toHaveLength(2);
  expect(cut.stdout).toContain("and 3 more findings (raise --max-findings)");
  const all = await runChatx(["validate", "--max-findings", "0"], { stdin });
  expect(all.stdout.match(/^warning /gm)).toHaveLength(5);
});
