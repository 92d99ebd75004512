import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { PdfTools, squeezed } from "../document/pdf-tools.ts";
import { root, runChatx } from "../support/run-chatx.ts";
import { temporaryFolder } from "./outcome.ts";
import { hookLines, hookText } from "./payloads.ts";

const folder = temporaryFolder();
const tools = new PdfTools();
afterAll(() => tools.remove());
const inFolder = (name: string) => join(folder, name);
const fixture = (name: string) => join(root, "fixtures", name);
const convert = (args: readonly string[], stdin: string | Uint8Array = "") =>
  runChatx(["convert", "--to", "pdf", ...args], { stdin });

describe("chatx convert --to pdf", () => {
  test("writes a report of each conversation into a folder, for its owner only", async () => {
    const reports = inFolder("reports");
    const run = await convert([
      "--output-dir",
      reports,
      "--quiet",
      fixture("userlike/valid"),
      fixture("ferndesk/valid"),
    ]);
    expect(run).toMatchObject({ code: 0, stdout: "" });
    const names = readdirSync(reports);
    expect(names.length).toBeGreaterThan(8);
    for (const name of names) {
      expect(name).toMatch(/^pdf-[0-9a-f]{16}\.pdf$/);
      expect(statSync(join(reports, name)).mode & 0o777).toBe(0o600);
      const pdf = readFileSync(join(reports, name));
      expect(tools.check(pdf)).toContain("No syntax or stream encoding errors");
      const { conversation } = JSON.parse(tools.attachment(pdf, "conversation.json"));
      const text = squeezed(tools.text(pdf).normalize("NFC"));
      for (const { text: said } of conversation.messages) {
        // What no font has, and controls, are looked at elsewhere.
        if (/^[\u0020-\u024f\n]*$/.test(said)) expect(text).toContain(squeezed(said.normalize("NFC")));
      }
    }
  });

  test("gives the same bytes as a file, in a folder and on standard output, in each run", async () => {
    const hook = fixture("smartsupp/valid/anonymous-visitor.json");
    const zone = ["--time-zone", "Europe/Prague"];
    const [piped, again] = await Promise.all([convert([...zone, hook]), convert([...zone, hook])]);
    expect(piped.code).toBe(0);
    expect(piped.stdoutBytes.subarray(0, 8).toString()).toBe("%PDF-1.7");
    expect(again.stdoutBytes.equals(piped.stdoutBytes)).toBe(true);
    await convert([...zone, "-o", inFolder("one.pdf"), hook]);
    expect(readFileSync(inFolder("one.pdf")).equals(piped.stdoutBytes)).toBe(true);
    await convert([...zone, "--output-dir", inFolder("one"), hook]);
    const [name] = readdirSync(inFolder("one"));
    expect(readFileSync(inFolder(`one/${name}`)).equals(piped.stdoutBytes)).toBe(true);
  });

  test("wants a folder for several conversations, and leaves the file alone", async () => {
    writeFileSync(inFolder("old.pdf"), "old");
    const run = await convert(["-o", inFolder("old.pdf")], hookLines(2));
    expect(run.code).toBe(2);
    expect(run.stderr).toContain("there is more than one conversation");
    expect(run.stderr).toContain("--output-dir DIR");
    expect(readFileSync(inFolder("old.pdf"), "utf8")).toBe("old");
    expect(await convert([], hookLines(2))).toMatchObject({ code: 2, stdout: "" });
  });

  test("makes no file of nothing", async () => {
    const run = await convert(["-o", inFolder("none.pdf"), "--since", "2040-01-01"], hookText());
    expect(run.code).toBe(0);
    expect(readdirSync(folder)).not.toContain("none.pdf");
  });

  test("reports a character that no font has at its own place, once, and takes it from a font that is given", async () => {
    const text = hookText({ text: "𝒳 and 𝒳 and ≠" });
    const run = await convert(["-o", inFolder("glyphs.pdf")], text);
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(
      /document\/missing-glyph: no font has "𝒳" \(U\+1D4B3\); .* 2 times\n.*\/messages\/0\/content/,
    );
    expect(run.stderr.match(/document\/missing-glyph: /g)).toHaveLength(2);
    expect(squeezed(tools.text(readFileSync(inFolder("glyphs.pdf"))))).toContain("𝒳and𝒳and≠");
    expect((await convert(["--strict"], text)).code).toBe(1);
  });

  test("says in the loss report what the attachment holds", async () => {
    const run = await convert(
      ["-q", "-o", inFolder("loss.pdf"), "--loss-report", inFolder("loss.jsonl")],
      hookText({ more: { unknown: 1 } }),
    );
    expect(run.code).toBe(0);
    const entries = readFileSync(inFolder("loss.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const document = JSON.parse(tools.attachment(readFileSync(inFolder("loss.pdf")), "conversation.json"));
    const fateOf = (pointer: string) => entries.find((entry) => entry.pointer === pointer);
    expect(fateOf("/messages/1/content")).toMatchObject({
      fate: "carried",
      to: ["/conversation/messages/1/text"],
    });
    expect(fateOf("/unknown")).toMatchObject({ fate: "dropped", to: [] });
    for (const { to } of entries) {
      for (const pointer of to as string[]) {
        if (!pointer.includes("*")) expect(valueAt(document, pointer), pointer).toBeDefined();
      }
    }
  });

  test.each([
    [["--jsonl"], "--jsonl is about JSON"],
    [["--pretty"], "--pretty is about JSON"],
    [["--pdf-font", "/nowhere.ttf"], "--pdf-font /nowhere.ttf cannot be read: no such file or folder"],
    [
      ["--pdf-font", fixture("smartsupp/NOTES.md")],
      "NOTES.md cannot be used: it is no TrueType or OpenType font",
    ],
  ])("refuses %s", async (args, message) => {
    const run = await convert(args, hookText());
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).toContain(message);
  });

  test("runs where code may not be made from strings", async () => {
    const nodeArgs = ["--disallow-code-generation-from-strings"];
    const args = ["convert", "--to", "pdf", "-q", fixture("smartsupp/valid/anonymous-visitor.json")];
    const run = await runChatx(args, { nodeArgs });
    expect(run).toMatchObject({ code: 0, stderr: "" });
  });
});

function valueAt(document: unknown, pointer: string): unknown {
  return pointer
    .slice(1)
    .split("/")
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], document);
}
