import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { runChatx } from "../support/run-chatx.ts";

const PROFILE = "fixtures/jtel/profile.yaml";
const OFFLINE = "fixtures/smartsupp/valid/offline-message.json";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "chatx-jtel-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function fileWith(text: string, name = "p.yaml"): string {
  const path = join(folder(), name);
  writeFileSync(path, text);
  return path;
}

describe("chatx convert --to jtel", () => {
  test("writes the body of the profile, a line each with --jsonl, the same bytes on any day", async () => {
    const args = [
      "convert",
      "-q",
      "--to",
      "jtel",
      "--profile",
      PROFILE,
      "--jsonl",
      OFFLINE,
      "fixtures/ferndesk/valid/no-url.json",
    ];
    const run = await runChatx([...args, "--time-zone", "Europe/Berlin"]);
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const [first, second, ...rest] = run.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(rest).toEqual([]);
    expect(first).toMatchObject({
      client: "31",
      connector: { id: "7", name: 'Shop "North" & South' },
      // The end of the conversation, not the time of the conversion.
      exportedAt: "2024-05-01 12:20:00",
      file: { name: "chat-smartsupp-4711-90212.pdf", size: Buffer.from(first.file.content, "base64").length },
    });
    expect(second.file.name).toBe("chat-77.pdf");
    const xml = Buffer.from(second.xml, "base64").toString("utf8");
    expect(xml).toContain('<chat client="31" connector="Shop &quot;North&quot; &amp; South" id="77">');
    expect(xml).toContain('<visitor email="">unknown</visitor>');
    expect(xml).toContain(`<pdf bytes="${second.file.size}"/>`);
    expect((await runChatx([...args, "--time-zone", "Europe/Berlin"])).stdout).toBe(run.stdout);
  });

  test("writes a default body without a profile, and one file a conversation with --output-dir", async () => {
    const into = folder();
    const run = await runChatx([
      "convert",
      "--to",
      "jtel",
      "--output-dir",
      into,
      OFFLINE,
      "fixtures/ferndesk/valid/no-url.json",
    ]);
    expect(run.code, run.stderr).toBe(0);
    const bodies = readdirSync(into).map(
      (name) => [name, JSON.parse(readFileSync(join(into, name), "utf8"))] as const,
    );
    expect(bodies.map(([, { conversation }]) => conversation).sort()).toEqual(["77", "smartsupp-4711-90212"]);
    for (const [name, { report }] of bodies) {
      expect(name).toMatch(/^jtel-[0-9a-f]{16}\.json$/);
      const pdf = Buffer.from(report.base64, "base64");
      expect([report.mediaType, report.bytes, pdf.subarray(0, 5).toString()]).toEqual([
        "application/pdf",
        pdf.length,
        "%PDF-",
      ]);
    }
    const back = await runChatx(["convert", "-q", "--to", "ferndesk", "--from", "jtel", into]);
    const straight = await runChatx([
      "convert",
      "-q",
      "--to",
      "ferndesk",
      OFFLINE,
      "fixtures/ferndesk/valid/no-url.json",
    ]);
    const ids = (text: string) =>
      JSON.parse(text)
        .conversations.map(({ id }: { id: string }) => id)
        .sort();
    expect(ids(back.stdout)).toEqual(ids(straight.stdout));
  });

  test("rejects a conversation that lacks a value of the body, at its place", async () => {
    const profile = fileWith(
      'report: {body: \'{"mail": "$conversation.visitor.email", "pdf": "$report.encoded.base64"}\'}',
    );
    const run = await runChatx([
      "convert",
      "--to",
      "jtel",
      "--profile",
      profile,
      "fixtures/ferndesk/valid/no-url.json",
    ]);
    expect(run.code).toBe(1);
    expect(run.stdout).toBe("[]\n");
    expect(run.stderr).toContain(
      "error convert/body-not-filled: the body of the profile cannot be filled: $conversation.visitor.email is missing",
    );
  });

  test.each([
    ["a body that is XML", "report: {body: <a>$report.encoded.base64</a>}", "is no JSON (application/xml)"],
    ["a body that is a list", "report: {body: '[\"$report.encoded.base64\"]'}", "is no JSON object"],
    [
      "a value of a replay",
      'report: {body: \'{"a": "$payload.x"}\'}',
      "$payload.x has a value in chatx replay only",
    ],
    ["a secret", 'report: {body: \'{"a": "$env.HOME"}\'}', "$env.HOME has a value in chatx replay only"],
    ["a broken body", "report: {body: '{\"a\": }'}", "p.yaml:1:"],
  ])("refuses %s before anything is read", async (_, text, words) => {
    const run = await runChatx(["convert", "--to", "jtel", "--profile", fileWith(text), "nowhere.json"]);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(words);
    expect(run.stdout).toBe("");
  });

  test("tells what a PDF cannot show, and takes fonts", async () => {
    const thai = fileWith(
      '{"id":"t","lastMessageAt":"2026-04-01T00:00:00Z","messages":[{"id":"1","role":"user","content":"ส","createdAt":"2026-04-01T00:00:00Z"}]}',
      "t.json",
    );
    const run = await runChatx(["convert", "--to", "jtel", thai]);
    expect(run.code).toBe(0);
    expect(run.stderr).toContain('warning document/missing-glyph: no font has "ส" (U+0E2A)');
    const font = await runChatx(["convert", "--to", "jtel", "--pdf-font", PROFILE, thai]);
    expect(font).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`--pdf-font ${PROFILE} cannot be used`),
    });
  });

  test("has no use for a profile otherwise", async () => {
    const run = await runChatx([
      "convert",
      "--to",
      "ferndesk",
      "--from",
      "smartsupp",
      "--profile",
      PROFILE,
      OFFLINE,
    ]);
    expect(run).toMatchObject({ code: 2, stderr: "chatx: --profile is for --to jtel and for --from jtel\n" });
  });
});

describe("chatx convert --from jtel --profile", () => {
  test("looks for the report where the profile has it, and nowhere else", async () => {
    const body = "fixtures/jtel/valid/profile-body.json";
    const right = await runChatx([
      "convert",
      "-q",
      "--to",
      "ferndesk",
      "--from",
      "jtel",
      "--profile",
      PROFILE,
      body,
    ]);
    expect(right.stdout).toContain('"id":"smartsupp-4711-90212"');
    const xml = fileWith("report: {body: <a>$report.encoded.base64</a>}");
    const anywhere = await runChatx(["convert", "-q", "--to", "ferndesk", "--profile", xml, body]);
    expect(anywhere.stdout).toBe(right.stdout);
    const other = fileWith('report: {body: \'{"elsewhere": "$report.encoded.base64"}\'}');
    const wrong = await runChatx(["convert", "--to", "ferndesk", "--profile", other, body]);
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain("error decode/no-report: there is no PDF where the profile's body has it");
  });
});

describe("what is in a body", () => {
  test("is shown by formats --explain, clipped and without control characters", async () => {
    const xml = `<a>\u001b[2J\u202e${"x".repeat(5000)}</a>`;
    const body = {
      report: "JVBERi0xLjQK",
      xml: Buffer.from(xml).toString("base64"),
      no: "PDF0",
      text: "<b/>",
    };
    const run = await runChatx(["formats", "--explain", fileWith(JSON.stringify(body), "b.json")]);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain("jtel: has a PDF in Base64 at /report\n");
    expect(run.stdout).toContain("/report holds a PDF in Base64 that cannot be read: it is damaged\n");
    expect(run.stdout).toMatch(/\/xml holds XML in Base64: "<a>\\u001b\[2J\\u202ex{150,250}…"\n/);
    expect(run.stdout).not.toMatch(/[\u001b\u202e]/);
    expect(run.stdout.split("\n").filter((line) => line.includes("holds")).length).toBe(2);
  });

  test("is validated: the PDF, its Base64, and variables that were not filled in", async () => {
    const run = await runChatx([
      "validate",
      "fixtures/jtel/valid",
      "fixtures/jtel/invalid/no-pdf.json",
      "--format",
      "jtel",
    ]);
    expect(run.code).toBe(1);
    expect(run.stdout.match(/^(?:error|warning) [a-z/-]+/gm)).toEqual([
      "warning meaning/template-leftover",
      "warning meaning/template-leftover",
      "error schema/wrong-type",
    ]);
    expect(run.stdout).toContain("5 records from 5 sources: 4 valid, 1 invalid");
  });

  test("has a schema, and the format lists what it carries", async () => {
    expect(JSON.parse((await runChatx(["schema", "jtel"])).stdout)).toMatchObject({
      $id: "urn:chatx:schema:jtel",
      type: "object",
    });
    expect((await runChatx(["formats", "jtel"])).stdout).toContain(
      "Written and read back, everything survives",
    );
  });
});
