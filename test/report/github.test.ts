import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createReporter } from "../../src/report/index.ts";
import { anyFinding, unsafeOnTerminal } from "./arbitrary.ts";
import { finding, hostile, summary, written } from "./findings.ts";

const options = { color: false, toolVersion: "1.2.3" };

/** Reads a workflow command as the Actions runner does: properties split at commas, then unescaped. */
function parseCommand(line: string) {
  const match = /^::([a-z]+)(?: (.*?))?::(.*)$/s.exec(line);
  if (match === null) return undefined;
  const properties = (match[2] ?? "").split(",").map((pair): [string, string] => {
    const equals = pair.indexOf("=");
    return [pair.slice(0, equals), unescaped(pair.slice(equals + 1), [":", ","])];
  });
  return { command: match[1], ...Object.fromEntries(properties), message: unescaped(match[3]!, []) };
}

function unescaped(text: string, more: readonly string[]): string {
  const known = ["\r", "\n", ...more];
  const plain = known.reduce((result, character) => {
    const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0");
    return result.replaceAll(`%${code}`, character);
  }, text);
  return plain.replaceAll("%25", "%");
}

async function commandOf(facts: Parameters<typeof finding>[0]) {
  const text = (await createReporter("github", options)).finding(finding(facts));
  expect(text.indexOf("\n")).toBe(text.length - 1);
  return parseCommand(text.trimEnd());
}

describe("the github reporter", () => {
  test("writes one workflow command a finding and the totals as plain text", async () => {
    const text = written(await createReporter("github", options));
    await expect(text).toMatchFileSnapshot("./transcripts/github.golden.txt");
  });

  test("names file, place and code of a finding", async () => {
    expect(await commandOf({})).toEqual({
      command: "warning",
      file: "chats/42.json",
      line: "18",
      col: "5",
      endLine: "18",
      endColumn: "11",
      title: "schema/unknown-field",
      message:
        'the field "ratng" is not known in this format (at /channel/ratng)\nhint: did you mean "rating"?',
    });
  });

  test("escapes what would end a property, a command or a line", async () => {
    const source = "odd, na:me 100%,line=9::\n::error::.json";
    const command = await commandOf({ source, message: "50% done::error::\n", code: "json/syntax" });
    expect(command).toMatchObject({ command: "warning", file: source, line: "18" });
    expect(command?.message).toBe("50% done::error::\\u000a (at /channel/ratng)");
  });

  test("puts the place of standard input into the message", async () => {
    const command = await commandOf({
      source: "<stdin>",
      severity: "info",
      message: "m",
      pointer: "",
      code: "json/syntax",
    });
    expect(command).toEqual({ command: "notice", title: "json/syntax", message: "<stdin>:18:5: m" });
  });

  test("leaves out columns that end in another line, and lines that are not known", async () => {
    expect(Object.keys((await commandOf({ endLine: 19 }))!)).not.toContain("endColumn");
    expect(Object.keys((await commandOf({ line: 0 }))!)).toEqual(["command", "file", "title", "message"]);
  });

  test("starts no second command in the totals", async () => {
    const text = (await createReporter("github", options)).end(summary);
    expect(text.split("\n").map(parseCommand)).toEqual([undefined, undefined, undefined]);
  });

  test("stays one command with its own code and severity, whatever a finding holds", () => {
    return fc.assert(
      fc.asyncProperty(anyFinding, async (one) => {
        const text = (await createReporter("github", options)).finding(one);
        expect(text).not.toMatch(unsafeOnTerminal);
        expect(text.indexOf("\n")).toBe(text.length - 1);
        const command = parseCommand(text.trimEnd());
        expect(command).toMatchObject({ title: one.code });
        expect(command?.command).toBe(one.severity === "info" ? "notice" : one.severity);
      }),
    );
  });

  test("shows hostile text as escapes", async () => {
    const command = await commandOf({ message: hostile, code: "json/syntax" });
    expect(command?.message).toContain("ESC\\u001b[2J CSI\\u009b2J");
  });
});
