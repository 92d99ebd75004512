import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { LossEntry } from "../../src/convert/types.ts";
import { formats } from "../../src/formats/registry.ts";
import { type ConvertOptions, convert } from "../../src/library/convert.ts";
import { fixturePaths } from "../support/fixtures.ts";
import { root } from "../support/run-chatx.ts";

const bytesOf = (path: string) => readFileSync(join(root, path));

/** Every conversation of an input, a line each, with the codes of all findings. */
async function converted(input: string | Uint8Array, options: Omit<ConvertOptions, "timeZone">) {
  const lines: string[] = [];
  const codes: string[] = [];
  const onFinding = ({ code, severity }: { code: string; severity: string }) => {
    if (severity !== "info") codes.push(code);
  };
  const conversion = convert(input, { timeZone: "Europe/Berlin", onFinding, ...options });
  for await (const { json } of conversion) lines.push(json);
  return { lines, codes, summary: conversion.summary! };
}

describe("through a report export and back nothing is lost", () => {
  const vendors = formats.filter(({ id }) => id !== "jtel").map(({ id }) => id);

  test.each(vendors)("of any fixture of %s", async (vendor) => {
    // Records of one conversation are folded: a conversation has one report, however many callbacks tell of it.
    const input = Buffer.concat(
      fixturePaths(`${vendor}/valid`).flatMap((path) => [bytesOf(path), Buffer.from("\n")]),
    );
    const reports = await converted(input, { to: "jtel" });
    expect(reports.lines.length).toBeGreaterThan(0);
    // Its own format keeps beside the model what the model has no place for: that does not go into a report.
    for (const target of ["ferndesk", "smartsupp", "userlike"].filter(
      (one) => one !== vendor || one === "ferndesk",
    )) {
      const straight = await converted(input, { to: target });
      const back = await converted(reports.lines.join("\n"), { to: target });
      expect([...back.lines].sort()).toEqual([...straight.lines].sort());
    }
    for (const options of [
      { since: "2024-05-01T10:20:00Z" },
      { until: "2024-05-02" },
      { systemMessages: "agent", agentRole: "support_agent" },
      { urlFor: ({ id }: { readonly id: string }) => `https://x.example/${id}` },
    ] as const) {
      const straight = await converted(input, { to: "ferndesk", ...options });
      const back = await converted(reports.lines.join("\n"), { to: "ferndesk", ...options });
      expect([...back.lines].sort()).toEqual([...straight.lines].sort());
    }
  });

  test("and again through another one; the bytes are the same each time", async () => {
    const input = bytesOf("fixtures/smartsupp/valid/non-ascii-and-emoji.json");
    const { lines } = await converted(input, { to: "jtel" });
    expect((await converted(input, { to: "jtel" })).lines).toEqual(lines);
    expect((await converted(lines[0]!, { to: "jtel" })).lines).toEqual(lines);
  });
});

describe("what becomes of each leaf", () => {
  async function losses(input: string | Uint8Array, to: string): Promise<Map<string, LossEntry>> {
    const entries = new Map<string, LossEntry>();
    const conversion = convert(input, { to, onLoss: (entry) => entries.set(entry.pointer, entry) });
    for await (const _ of conversion);
    return entries;
  }

  test("is told: into a report all goes to the PDF", async () => {
    const entries = await losses(bytesOf("fixtures/ferndesk/valid/no-url.json"), "jtel");
    expect(entries.get("/conversations/0/messages/0/content")).toMatchObject({
      fate: "carried",
      to: expect.arrayContaining(["/report/base64", "/report/bytes"]),
    });
    expect(entries.get("/conversations/0/id")!.to).toContain("/conversation");
  });

  test("is told: out of a body comes the PDF alone", async () => {
    const entries = await losses(bytesOf("fixtures/jtel/valid/profile-body.json"), "ferndesk");
    expect(entries.get("/file/content")).toMatchObject({
      fate: "derived",
      to: expect.arrayContaining(["/id", "/messages/0/content", "/messages/0/createdAt"]),
    });
    const others = [...entries.values()].filter(({ pointer }) => pointer !== "/file/content");
    expect(others.map(({ fate }) => fate)).toEqual(others.map(() => "dropped"));
    expect(others[0]!.reason).toBe("the body is the customer's own; only the report in it is read");
    const again = await losses(bytesOf("fixtures/jtel/valid/profile-body.json"), "jtel");
    expect(again.get("/client")!.fate).toBe("dropped");
  });
});

describe("reports of other tools", () => {
  test("are read off their text, and each guess is told", async () => {
    const { lines, codes } = await converted(bytesOf("fixtures/jtel/valid/browser-pdf.json"), {
      to: "ferndesk",
    });
    expect(JSON.parse(lines[0]!).messages.map(({ id: _, ...rest }: { id: string }) => rest)).toEqual([
      {
        role: "user",
        content:
          "Dobrý den, my parcel 30077 did not arrive, and the page says that it was delivered on Monday already, which cannot be true.",
        createdAt: "2024-05-01T10:20:01Z",
      },
      { role: "agent", content: "Hello Jana, let me look.", createdAt: "2024-05-01T10:21:40Z" },
      { role: "user", content: "Thank you!", createdAt: "2024-05-01T10:22:05Z" },
    ]);
    expect(codes).toEqual([
      "decode/report-text",
      "decode/sender-guessed",
      "decode/sender-guessed",
      "decode/lines-joined",
      "decode/lines-left-out",
    ]);
  });

  test("are refused with --strict, which takes no guesses", async () => {
    const { summary } = await converted(bytesOf("fixtures/jtel/valid/plain-pdf-in-lines.json"), {
      to: "ferndesk",
      strict: true,
    });
    expect([summary.rejected, summary.written]).toEqual([1, 0]);
  });

  test.each([
    ["invoice", "decode/no-transcript"],
    ["scan", "decode/no-transcript"],
    ["encrypted", "decode/report-unreadable"],
    ["damaged", "decode/report-unreadable"],
  ])("that tell no conversation are an error at the PDF's place: %s", async (name, code) => {
    const found: unknown[] = [];
    const conversion = convert(bytesOf(`fixtures/jtel/unreadable/${name}.json`), {
      to: "ferndesk",
      onFinding: ({ code: one, pointer, line, column, severity }) =>
        found.push([one, pointer, line, column, severity]),
    });
    for await (const _ of conversion);
    expect(found).toEqual([[code, "/report", 3, 13, "error"]]);
    expect(conversion.summary).toMatchObject({ read: 1, rejected: 1 });
  });

  test("are found in captures, at the string that holds them", async () => {
    const body = JSON.stringify(
      JSON.parse(bytesOf("fixtures/jtel/valid/profile-body.json").toString("utf8")),
    );
    const capture = {
      method: "POST",
      url: "https://x.example/",
      headers: {},
      receivedAt: "2024-05-01T12:00:00Z",
      body,
    };
    const straight = await converted(body, { to: "ferndesk" });
    expect((await converted(JSON.stringify(capture), { to: "ferndesk" })).lines).toEqual(straight.lines);
    const { body: _, ...rest } = capture;
    const coded = { ...rest, bodyBase64: Buffer.from(body).toString("base64") };
    expect((await converted(JSON.stringify(coded), { to: "ferndesk" })).lines).toEqual(straight.lines);
  });

  test.each<[string, string, (pdf: string) => string]>([
    [
      "XML",
      "application/xml",
      (pdf) => `<?xml version="1.0"?>\n<export><client>31</client><pdf>${pdf}</pdf></export>`,
    ],
    ["XML with lines", "text/xml", (pdf) => `<pdf>\n${pdf.replace(/.{76}/g, "$&\n")}\n</pdf>`],
    ["a form", "application/x-www-form-urlencoded", (pdf) => `client=31&pdf=${encodeURIComponent(pdf)}`],
    ["plain text", "text/plain", (pdf) => pdf],
  ])("are found in captured bodies that are %s", async (_, type, bodyOf) => {
    const { report } = JSON.parse(bytesOf("fixtures/jtel/valid/plain-pdf-in-lines.json").toString("utf8"));
    const body = bodyOf(report.replace(/\s/g, ""));
    const capture = { method: "POST", url: "https://x.example/", headers: { "Content-Type": type }, body };
    const { lines, codes } = await converted(JSON.stringify(capture), { to: "ferndesk" });
    const straight = await converted(bytesOf("fixtures/jtel/valid/plain-pdf-in-lines.json"), {
      to: "ferndesk",
    });
    expect(lines).toEqual(straight.lines);
    expect(codes).toEqual(straight.codes);
    // Without a PDF it is what it was: no JSON.
    const none = await converted(
      JSON.stringify({ ...capture, body: bodyOf("x").replace("client=31&", "") }),
      { to: "ferndesk" },
    );
    expect(none.codes).toEqual(["json/syntax"]);
  });

  test("are not opened without end, and not searched for in quadratic time", async () => {
    const damaged = Buffer.from("%PDF-1.4\nnothing").toString("base64");
    const many = JSON.stringify({ files: Array.from({ length: 200 }, () => damaged) });
    const { codes, summary } = await converted(many, { to: "ferndesk" });
    expect(codes).toHaveLength(9);
    expect(summary.rejected).toBe(1);
    const long = `<pdf>${damaged}${"A".repeat(8_000_000)}</pdf><x>${"JVBERi ".repeat(20_000)}</x>`;
    const capture = {
      method: "POST",
      url: "https://x.example/",
      headers: { "Content-Type": "text/xml" },
      body: long,
    };
    expect((await converted(JSON.stringify(capture), { to: "ferndesk" })).summary.rejected).toBe(1);
  });
});
