import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Run, type RunOptions, runChatx } from "../support/run-chatx.ts";
import { runInside } from "../support/run-inside.ts";
import { expectOrderly, expectSummaryAddsUp, temporaryFolder } from "./outcome.ts";
import { conversationsOf, hook, hookLines, hookText, hookWithBytes } from "./payloads.ts";

const folder = temporaryFolder();

const toFerndesk = (stdin: string | Uint8Array, options: RunOptions = {}, ...args: string[]) =>
  runChatx(["convert", "--to", "ferndesk", ...args], { ...options, stdin });
const firstText = (run: Run) => conversationsOf(run.stdout)[0]!.messages[0]!.content;

/** A data error: 1, a code and a place, nothing in the output, no replacement character. */
function expectRefused(run: Run, code: string | RegExp): void {
  expectOrderly(run);
  expect(run.code).toBe(1);
  if (typeof code === "string") expect(run.stderr).toContain(code);
  else expect(run.stderr).toMatch(code);
  expect(run.stderr).toMatch(/--> <stdin>:\d+:\d+/);
  expect(run.stdout).toBe('{"conversations":[]}\n');
}

describe("numbers that no double holds", () => {
  const withNumber = (field: string, digits: string) =>
    hookText().replace(new RegExp(`"${field}":\\d+`), `"${field}":${digits}`);

  test.each([
    ["sentAt", "1e400", "expected a number, found one beyond what a number can hold (1.8e308)"],
    ["sentAt", "9007199254740993", 'found "9007199254740993"'],
    ["sentAt", "1.00000000000000000001", 'found "1.00000000000000000001"'],
    ["duration", "9007199254740993.5", 'expected a whole number, found "9007199254740993.5"'],
  ])("%s %s is refused with its digits", async (field, digits, message) => {
    const text = withNumber(field, digits);
    expect(text).toContain(digits);
    expectRefused(await toFerndesk(text), message);
  });

  test.each(["9007199254740993", "3.0", "3e2", "300e-2"])("duration %s is whole", async (digits) => {
    expect((await runChatx(["validate"], { stdin: withNumber("duration", digits) })).code).toBe(0);
  });
});

describe("valid JSON of every kind", () => {
  const values: Record<string, string> = {
    "empty object": "{}",
    "empty array": "[]",
    literals: "[true,false,null]",
    integers: "[0,-0,7,-7,9007199254740991]",
    "fractions and exponents": "[1.0,0.5,-1.5e3,1E+2,1e-7,1.000000000000000005]",
    "great numbers": "[9007199254740993,9223372036854775808,123456789012345678901234567890]",
    "numbers that are no double": "[1e400,-1e400]",
    escapes: String.raw`"\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00"`,
    "an escaped NUL": String.raw`"a\u0000b"`,
    "raw DEL, C1 and separators": '"\u007f\u0085\u009b\u2028\u2029"',
    noncharacters: '"\ufffe\uffff\u{10ffff}"',
    "white space": " [ 1 ,\t2\r\n ] ",
    "an empty key": '{"":{"":1}}',
    "keys of Object.prototype":
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1,"hasOwnProperty":2}',
    "500 levels": `${"[".repeat(498)}${"]".repeat(498)}`,
  };

  const payloads = Object.values(values).map((value, k) =>
    hookText({ id: k + 1, more: { extra: "@@" } }).replace('"@@"', value.replaceAll("\n", " ")),
  );

  test("is accepted and kept by the own format, spelled with the same digits and characters", async () => {
    const run = await runChatx(["convert", "--to", "smartsupp", "--jsonl", "-q"], {
      stdin: payloads.join("\n"),
    });
    expect(run).toMatchObject({ code: 0, stderr: "" });
    const lines = run.stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(payloads.length);
    Object.values(values).forEach((value, k) => {
      // White space goes, and escapes that are not needed; JSON.parse would not see what it loses itself.
      const spelled = value
        .replace(/("(?:[^"\\]|\\.)*")|\s+/g, "$1")
        .replaceAll("\\/", "/")
        .replaceAll("\\u0041", "A")
        .replaceAll("\\u00e9", "é")
        .replaceAll("\\ud83d\\ude00", "😀");
      expect(lines[k]).toContain(`"extra":${spelled}`);
    });
  });

  test("is told to be dropped by a format that has no place for it", async () => {
    const loss = join(folder, "loss.jsonl");
    const run = await toFerndesk(payloads.join("\n"), {}, "--loss-report", loss, "--fail-on", "dropped");
    expectOrderly(run);
    expect(run.code).toBe(1);
    expect(expectSummaryAddsUp(run.stderr).written).toBe(payloads.length);
    const entries = readFileSync(loss, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const dropped = entries.filter(({ fate, field }) => fate === "dropped" && /^extra\b/.test(field));
    expect(new Set(dropped.map(({ record }) => record)).size).toBe(payloads.length);
  });

  test("ids above 2^53 keep their digits", async () => {
    const payload = hookText({ id: 123454321 }).replaceAll("123454321", "9007199254740993");
    const run = await toFerndesk(payload);
    expect(conversationsOf(run.stdout)[0]!.id).toBe("smartsupp-4711-9007199254740993");
    const back = await runChatx(["convert", "--to", "smartsupp", "-q"], { stdin: run.stdout });
    expect(back.stdout).toContain('"id":9007199254740993');
  });
});

describe("broken JSON is refused with its place and without output", () => {
  const cases: [string, string][] = [
    ["nothing after a brace", "{"],
    ["a lone bracket", "["],
    ["a single quote", "{'a':1}"],
    ["a bare word", "hello"],
    ["a bare key", "{a:1}"],
    ["a trailing comma", '{"a":1,}'],
    ["a missing comma", '{"a":1 "b":2}'],
    ["a missing colon", '{"a" 1}'],
    ["NaN", '{"a":NaN}'],
    ["Infinity", '{"a":-Infinity}'],
    ["a leading zero", '{"a":01}'],
    ["a leading plus", '{"a":+1}'],
    ["a bare point", '{"a":.5}'],
    ["a bare exponent", '{"a":1e}'],
    ["a hexadecimal number", '{"a":0x1}'],
    ["a comment", '{"a":1}// done'],
    ["an unknown escape", String.raw`{"a":"\x41"}`],
    ["a short escape", String.raw`{"a":"\u12"}`],
    ["a raw line feed in a string", '{"a":"\n"}'],
    ["a raw NUL in a string", '{"a":"\u0000"}'],
    ["a raw NUL between tokens", '{"a":1,\u0000"b":2}'],
    ["an open string", '{"a":"'],
    ["the wrong bracket", '{"a":[1}]'],
    ["a half pair", String.raw`{"a":"\ud800"}`],
    ["the other half", String.raw`{"a":"\udead"}`],
    ["a reversed pair", String.raw`{"a":"\ude00\ud83d"}`],
    ["a half pair in a key", String.raw`{"\ud800":1}`],
    ["a byte order mark inside", '{"a":\ufeff1}'],
  ];
  const reasons: [string, string, string][] = [
    ["an empty file", "", "the source holds no payload"],
    ["blanks", " \n\t\n", "the source holds no payload"],
    ["null", "null", "a payload is an object, found null"],
    ["a text", '"x"', "a payload is an object, found string"],
    ["numbers", "[1,2]", "a payload is an object, found number"],
    ["an error page", "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>", "expected a value, found"],
    ["some other object", '{"hello":"world"}', "no format recognises this payload"],
  ];
  const inside = (text: string) =>
    hookText({ more: { extra: "@@" } }).replace('"@@"', text.startsWith("{") ? text : `[${text}`);

  /** The findings of sources that hold a text each, by the index of the text. */
  async function findingsOf(name: string, texts: readonly string[], ...args: string[]) {
    const paths = texts.map((text, k) => {
      const path = join(folder, `${name}-${String(k).padStart(3, "0")}.json`);
      writeFileSync(path, text);
      return path;
    });
    const run = await runChatx([...args, "--reporter", "json", "--max-findings", "0", ...paths]);
    expectOrderly(run);
    expect(run.code).toBe(1);
    const { findings } = JSON.parse(args[0] === "validate" ? run.stdout : run.stderr);
    return {
      run,
      bySource: paths.map((path) => findings.filter(({ source }: { source: string }) => source === path)),
    };
  }

  test("bare and as a member, in every source of many", async () => {
    const texts = cases.flatMap(([, text]) => [text, inside(text)]);
    const out = join(folder, "never.json");
    const { bySource } = await findingsOf("broken", texts, "convert", "--to", "ferndesk", "-o", out);
    bySource.forEach((findings, k) => {
      const first = findings.find(({ code }: { code: string }) => code.startsWith("json/"));
      expect(first?.severity, texts[k]).toBe("error");
      expect(first.line).toBeGreaterThan(0);
      expect(first.column).toBeGreaterThan(0);
      expect(first.offset).toBeLessThanOrEqual(Buffer.byteLength(texts[k]!));
    });
    expect(existsSync(out)).toBe(false);
  });

  test("the usual wrong captures are refused with a clear reason", async () => {
    const { bySource } = await findingsOf(
      "capture",
      reasons.map(([, text]) => text),
      "validate",
    );
    bySource.forEach((findings, k) => {
      expect(findings[0]?.message, reasons[k]![0]).toContain(reasons[k]![2]);
    });
  });

  test("on standard input, with nothing but an empty document to show for it", async () => {
    for (const text of ["{", '{"a":1,}', '{"a":"\\ud800"}', "hello"])
      expectRefused(await toFerndesk(text), /error json\//);
    for (const [, text, reason] of reasons.slice(0, 3)) {
      const run = await toFerndesk(text);
      expect(run).toMatchObject({
        code: 1,
        stdout: '{"conversations":[]}\n',
        stderr: expect.stringContaining(reason),
      });
    }
  });

  test("one document after another is read as two records", async () => {
    const run = await toFerndesk(`${hookText({ id: 1 })}${hookText({ id: 2 })}`);
    expect(run.code).toBe(0);
    expect(conversationsOf(run.stdout)).toHaveLength(2);
  });

  test("duplicate keys cost a warning with the path, and a rejection under --strict", async () => {
    const payload = hookText({ text: "first" }).replace(
      '"content":"first"',
      String.raw`"content":"first","\u0063ontent":"second"`,
    );
    const run = await toFerndesk(payload);
    expect(run.code).toBe(0);
    expect(run.stderr).toContain('warning json/duplicate-key: the key "content" comes twice');
    expect(run.stderr).toContain("/messages/0/content");
    expect(firstText(run)).toBe("second");
    expectRefused(await toFerndesk(payload, {}, "--strict"), "error json/duplicate-key");
  });
});

describe("bytes", () => {
  const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");

  const valid: [string, string][] = [
    ["two bytes, least and greatest", "c280 dfbf"],
    ["three bytes, least and greatest", "e0a080 efbfbf"],
    ["around the surrogates", "ed9fbf ee8080"],
    ["four bytes, least and greatest", "f0908080 f48fbfbf"],
    ["combining marks, not composed", "65cc81"],
  ];
  const invalid: [string, string][] = [
    ["a lone continuation", "80"],
    ["continuations", "bf bf"],
    ["Latin-1", "e9"],
    ["an overlong slash", "c0af"],
    ["an overlong NUL", "c080"],
    ["overlong in three bytes", "e09fbf"],
    ["overlong in four bytes", "f08fbfbf"],
    ["a surrogate", "eda080"],
    ["a surrogate pair (CESU-8)", "eda0bdedb880"],
    ["above U+10FFFF", "f4908080"],
    ["five bytes", "f888808080"],
    ["six bytes", "fc8480808080"],
    ["FE and FF", "fe ff"],
    ["a cut sequence", "f09f98"],
    ["a cut sequence before ASCII", "c341"],
  ];

  test("valid UTF-8 of the whole range comes out as the same bytes", async () => {
    const lines = valid.map(([, sequence], k) =>
      Buffer.concat([hookWithBytes(hex(sequence), k), Buffer.from("\n")]),
    );
    const run = await runChatx(["convert", "--to", "smartsupp", "-q", "--jsonl"], {
      stdin: Buffer.concat(lines),
    });
    expect(run).toMatchObject({ code: 0, stderr: "" });
    for (const [what, sequence] of valid) expect(run.stdoutBytes.includes(hex(sequence)), what).toBe(true);
  });

  test("invalid UTF-8 of every kind is refused with the byte's offset", async () => {
    const lines = invalid.map(([, sequence]) =>
      hookWithBytes(Buffer.concat([Buffer.from("@"), hex(sequence)])),
    );
    const stdin = Buffer.concat(lines.flatMap((line) => [line, Buffer.from("\n")]));
    expectRefused(await toFerndesk(stdin), "error json/invalid-utf8");
    const report = JSON.parse((await runChatx(["validate", "--reporter", "json"], { stdin })).stdout);
    let lineStart = 0;
    const expected = lines.map((line, k) => {
      const offset = lineStart + line.indexOf('"content":"@') + '"content":"@'.length;
      lineStart += line.length + 1;
      return { code: "json/invalid-utf8", record: k + 1, line: k + 1, offset };
    });
    expect(report.findings).toMatchObject(expected);
  });

  test("Latin-1 in a key is refused as well", async () => {
    const bytes = Buffer.concat([Buffer.from('{"pr'), hex("e9"), Buffer.from('nom":1}')]);
    expectRefused(await toFerndesk(bytes), "error json/invalid-utf8");
  });

  test("one leading byte order mark is accepted and not copied", async () => {
    const run = await toFerndesk(Buffer.concat([hex("efbbbf"), Buffer.from(hookText())]), {}, "-q");
    expect(run.code).toBe(0);
    expect(run.stdoutBytes.includes(hex("efbbbf"))).toBe(false);
    const second = await toFerndesk(`\ufeff\ufeff${hookText()}`);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain("error json/byte-order-mark");
    expect(second.stdoutBytes.includes(hex("efbbbf"))).toBe(false);
  });

  const wide = (text: string, unitBytes: 2 | 4, isBig: boolean) => {
    const points = [...text].map((character) => character.codePointAt(0)!);
    const bytes = Buffer.alloc(points.length * unitBytes);
    points.forEach((point, k) => {
      if (unitBytes === 2) isBig ? bytes.writeUInt16BE(point, 2 * k) : bytes.writeUInt16LE(point, 2 * k);
      else isBig ? bytes.writeUInt32BE(point, 4 * k) : bytes.writeUInt32LE(point, 4 * k);
    });
    return bytes;
  };
  test.each<[string, 2 | 4, boolean]>([
    ["UTF-16LE", 2, false],
    ["UTF-16BE", 2, true],
    ["UTF-32LE", 4, false],
    ["UTF-32BE", 4, true],
  ])("%s is refused by name, with and without its mark", async (encoding, unitBytes, isBig) => {
    for (const mark of ["\ufeff", ""]) {
      const run = await toFerndesk(wide(mark + hookText(), unitBytes, isBig));
      expectOrderly(run);
      expect(run.code).toBe(1);
      expect(run.stderr).toContain(`the source is ${encoding}, not UTF-8`);
      expect(run.stderr).toContain(`iconv -f ${encoding} -t UTF-8`);
    }
  });
});

describe("JSON Lines", () => {
  test("CRLF, blank lines, no last line feed, a lone CR as white space and U+2028 in a text are all read", async () => {
    const lines = [
      hookText({ id: 1, text: "one\u2028two\u2029three" }),
      "",
      hookText({ id: 2 }).replace(",", ",\r"),
      "   ",
      hookText({ id: 3 }),
    ];
    const run = await toFerndesk(`\ufeff${lines.join("\r\n")}`, {}, "-q");
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(conversationsOf(run.stdout).map(({ id }) => id)).toEqual([
      "smartsupp-4711-1",
      "smartsupp-4711-2",
      "smartsupp-4711-3",
    ]);
    expect(firstText(run)).toBe("one\u2028two\u2029three");
  });

  test("one bad record of a thousand is told by its line and does not stop the others", async () => {
    const lines = hookLines(1000).split("\n");
    lines[417] = lines[417]!.slice(0, -2);
    const run = await toFerndesk(lines.join("\n"));
    expectOrderly(run);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/--> <stdin>:41[89]:\d+/);
    expect(expectSummaryAddsUp(run.stderr)).toEqual({ read: 1000, written: 999, skipped: 0, rejected: 1 });
    expect(conversationsOf(run.stdout)).toHaveLength(999);
    const stopped = await toFerndesk(lines.join("\n"), {}, "--fail-fast");
    expect(stopped.code).toBe(1);
    expect(expectSummaryAddsUp(stopped.stderr)).toEqual({ read: 418, written: 417, skipped: 0, rejected: 1 });
  });
});

describe("hostile shapes", () => {
  test.concurrent.each([
    [10_000, "[", "]"],
    [10_000, '{"a":', "}"],
    [1_000_000, "[", "]"],
    [1_000_000, '{"a":', "}"],
  ])("%i levels of %s are refused, inside of a payload and bare", async (levels, open, close) => {
    const text = `${open.repeat(levels)}1${close.repeat(levels)}`;
    const inside = hookText({ more: { extra: "@@" } }).replace('"@@"', text);
    expectRefused(await toFerndesk(inside), "error json/too-deep");
    const bare = await runChatx(["validate"], { stdin: text });
    expectOrderly(bare);
    expect(bare.code).toBe(1);
  });

  test("many brackets that never close are refused in little memory", async () => {
    for (const text of [
      "[".repeat(100_000),
      '{"a":'.repeat(50_000),
      `[${"[],".repeat(80_000)}`,
      "[{".repeat(100_000),
    ]) {
      const run = await toFerndesk(text, { nodeArgs: ["--max-old-space-size=64"] });
      expectOrderly(run);
      expect(run.code).toBe(1);
    }
  });

  test("keys of Object.prototype are plain data, also where __proto__ throws", async () => {
    const key =
      '"__proto__":{"label":"x","value":"y"},"constructor":{"label":"x","value":"y"},"toString":{"label":"x","value":1}';
    const payload = hookText()
      .replace('"variables":{}', `"variables":{${key}}`)
      .replace('"accountId"', '"__proto__":{"polluted":true},"accountId"');
    for (const nodeArgs of [[], ["--disable-proto=throw"], ["--disable-proto=delete"]]) {
      const run = await runChatx(["convert", "--to", "smartsupp", "-q"], { stdin: payload, nodeArgs });
      expect(run).toMatchObject({ code: 0, stderr: "" });
      expect(run.stdout).toContain('"__proto__":{"polluted":true}');
      expect(run.stdout).toContain(key);
      const other = await runChatx(["validate"], { stdin: payload, nodeArgs });
      expectOrderly(other);
      expect(other.code).toBe(0);
      expect(other.stdout).toContain('the field "__proto__" is not known');
    }
  });

  test.each(["__proto__", "constructor", "toString", "hasOwnProperty", "prototype"])(
    "an id, role, type, sender, format or reporter called %s finds nothing that is not there",
    async (name) => {
      const message = { id: name, role: "user", content: name, createdAt: "2024-05-01T10:00:00Z" };
      const conversation = { id: name, lastMessageAt: "2024-05-01T10:00:00Z", messages: [message] };
      const text = JSON.stringify({ conversations: [conversation] });
      const run = await inside(["convert", "--to", "ferndesk", "-q"], text);
      expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining(`"id":"${name}"`) });
      const ofRole = await inside(["convert", "--to", "ferndesk"], text.replace('"user"', `"${name}"`));
      expect(ofRole.code).toBe(1);
      const typed = { ...hook(), messages: [{ ...hook().messages[0], type: name, from: name }] };
      const other = await inside(["convert", "--to", "ferndesk"], JSON.stringify(typed));
      expect(other.stderr).toContain(`the sender "${name}" is not known`);
      expect((await runInside(["validate", "--format", name])).code).toBe(2);
      expect((await runInside(["validate", "--reporter", name])).code).toBe(2);
      const event = { _type: name, _event: name, type: name, event: name };
      for (const one of [other, await inside(["validate"], JSON.stringify(event))]) {
        expectOrderly(one);
      }
    },
  );

  /** A table of names is run inside this process, on a file. */
  function inside(args: readonly string[], text: string) {
    const path = join(folder, "names.json");
    writeFileSync(path, text);
    return runInside([...args, path]);
  }

  test("a record over the limit is refused as such; the one after it is read", async () => {
    const path = join(folder, "large.jsonl");
    const large = hookText({ text: "x".repeat(80 << 20) });
    writeFileSync(path, `${large}\n${hookText({ id: 2 })}\n`);
    const run = await runChatx(["convert", "--to", "ferndesk", path], {
      nodeArgs: ["--max-old-space-size=256"],
    });
    expectOrderly(run);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("error input/record-too-large: the record is longer than 67108864 bytes");
    expect(conversationsOf(run.stdout).map(({ id }) => id)).toEqual(["smartsupp-4711-2"]);
    expect(expectSummaryAddsUp(run.stderr)).toEqual({ read: 2, written: 1, skipped: 0, rejected: 1 });
    const small = await toFerndesk(hookLines(3), {}, "--max-record-bytes", "100");
    expect(small.code).toBe(1);
    expect(expectSummaryAddsUp(small.stderr).rejected).toBe(3);
  });
});
