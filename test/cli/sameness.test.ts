import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyCharacter } from "../support/any-character.ts";
import { fixturePaths } from "../support/fixtures.ts";
import { runChatx, startChatx } from "../support/run-chatx.ts";
import { conversationsOf, hook, hookLines, hookText } from "./payloads.ts";

describe("texts survive unit for unit, there and back", () => {
  const hostile = [
    "",
    " ",
    "  leading and trailing \t\n",
    "\u0000",
    "a\u0000b",
    "\u0001\u001f\u007f\u0080\u009b",
    "\r\n\r",
    "\u2028\u2029",
    "\ufeffinside\ufeff",
    "e\u0301 \u00e9",
    "\u1e9b\u0323",
    "ﬁ",
    "İıIi",
    "ß",
    "\u202eabc",
    "\u200d\u200b",
    "👩‍👩‍👧‍👦",
    "\u{10ffff}",
    "\uffff\ufffe",
    "<script>alert(1)</script>",
    "]]>",
    "&amp;&lt;",
    "'\"`",
    "\\",
    "\\u0041",
    "%00%0a",
    "../../etc/passwd",
    "; rm -rf /",
    "$(id)",
    "`id`",
    "{{constructor.constructor('return 1')()}}",
    "${HOME}",
    "$conversation.id",
    "%s%n",
    "=1+1",
    "@SUM(1)",
    "-rf",
    "null",
    "undefined",
    "NaN",
    "true",
    "1e400",
    "9007199254740993",
    "__proto__",
    "constructor",
    "[object Object]",
    '{"a":1}',
    "<!--",
    "javascript:alert(1)",
    "ＡＢＣ",
    "ا\u0644\u0644\u0647",
    "𝒳",
    "x".repeat(70_000),
  ];
  const random = fc.sample(fc.string({ unit: anyCharacter, maxLength: 40 }), {
    numRuns: 200,
    seed: 20260131,
  });
  const texts = [...hostile, ...random];
  const message = hook().messages[0]!;
  const named = texts.slice(0, 60);
  const payload = hook({
    more: {
      messages: texts.map((content) => ({ ...message, content })),
      visitor: {
        ...hook().visitor,
        name: texts[2],
        note: texts[4],
        variables: Object.fromEntries(named.map((text, k) => [`${k}${text}`, { label: text, value: text }])),
      },
      paths: named.map((text) => ({ url: text, title: text })),
    },
  });

  test("through Ferndesk", async () => {
    const out = await runChatx(["convert", "--to", "ferndesk", "-q"], { stdin: JSON.stringify(payload) });
    expect(out.code).toBe(0);
    expect(conversationsOf(out.stdout)[0]!.messages.map(({ content }) => content)).toEqual(texts);
    const back = await runChatx(["convert", "--to", "smartsupp", "-q"], { stdin: out.stdout });
    expect(back.code).toBe(0);
    expect(JSON.parse(back.stdout).messages.map(({ content }: { content: string }) => content)).toEqual(
      texts,
    );
  });

  test("through Userlike", async () => {
    const out = await runChatx(["convert", "--to", "userlike", "-q"], { stdin: JSON.stringify(payload) });
    expect(out.code).toBe(0);
    const back = await runChatx(["convert", "--to", "ferndesk", "-q"], { stdin: out.stdout });
    expect(conversationsOf(back.stdout)[0]!.messages.map(({ content }) => content)).toEqual(texts);
  });

  test("in names, URLs, notes, attributes and their keys, written as the own format", async () => {
    const out = await runChatx(["convert", "--to", "smartsupp", "-q"], { stdin: JSON.stringify(payload) });
    expect(out.code).toBe(0);
    const { visitor, paths } = JSON.parse(out.stdout);
    expect(visitor).toMatchObject({ name: texts[2], note: texts[4] });
    expect(visitor.variables).toEqual((payload.visitor as { variables?: unknown }).variables);
    expect(paths).toEqual(payload.paths);
  });
});

describe("the same input gives the same bytes", () => {
  const inputs = ["smartsupp", "smartsupp-event", "userlike", "userlike-legacy", "ferndesk"].flatMap(
    (format) => fixturePaths(`${format}/valid`),
  );
  const environments: Record<string, string>[] = [
    {},
    { LANG: "C", LC_ALL: "C" },
    { LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" },
    { LANG: "ar_EG.UTF-8", LC_ALL: "ar_EG.UTF-8", TZ: "America/St_Johns" },
    { TZ: "Pacific/Kiritimati", LANG: "th_TH.UTF-8" },
    { COLUMNS: "20", TERM: "xterm-256color", CI: "true" },
  ];

  test.each([
    [["convert", "--to", "ferndesk"]],
    [["convert", "--to", "smartsupp", "--fold", "--pretty"]],
    [["validate", "--reporter", "junit"]],
  ])("in every locale and time zone: %j", async (args) => {
    const runs = await Promise.all(environments.map((env) => runChatx([...args, ...inputs], { env })));
    for (const run of runs) {
      expect(run.code).toBe(0);
      expect(run.stdoutBytes.equals(runs[0]!.stdoutBytes)).toBe(true);
      expect(run.stderr).toBe(runs[0]!.stderr);
    }
    expect(runs[0]!.stdoutBytes.length).toBeGreaterThan(1000);
  });

  test("however the bytes arrive", async () => {
    const text = hookLines(40, (k) => ({ text: `Grüße ${k} 😀` }));
    const whole = await runChatx(["convert", "--to", "ferndesk"], { stdin: text });
    const running = startChatx(["convert", "--to", "ferndesk"]);
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 997) {
      running.send(bytes.subarray(at, at + 997));
      await new Promise((resolve) => setImmediate(resolve));
    }
    running.child.stdin!.end();
    const run = await running.ended();
    expect(run).toMatchObject({ code: 0, stdout: whole.stdout, stderr: whole.stderr });
  });
});

describe("no code is made from strings", () => {
  const nodeArgs = ["--disallow-code-generation-from-strings"];
  const stdin = `${hookText()}\n${hookText({ id: 2 }).replace('"isChat":true', '"isChat":"yes"')}\n`;
  const reporters = ["json", "jsonl", "junit", "sarif", "github", "tap", "text"].flatMap((name) => [
    "--reporter",
    `${name}=/dev/null`,
  ]);

  test.concurrent.each([
    [["convert", "--to", "ferndesk", "--url-template", "https://crm.example.com/$conversation.id"]],
    [["convert", "--to", "smartsupp", "--fold", ...reporters]],
    [["convert", "--to", "userlike"]],
    [["validate"]],
    [["validate", ...reporters]],
    [["validate", "fixtures/**/valid/*.json"]],
    [
      [
        "replay",
        "--dry-run",
        "--url",
        "http://127.0.0.1:9/$record.index",
        "--body",
        '{"p":$payload,"$$x":"$var.a"}',
        "--var",
        "a={{1}}",
      ],
    ],
    [
      [
        "replay",
        "--dry-run",
        "--url",
        "http://127.0.0.1:9",
        "--to",
        "ferndesk",
        "--body",
        "<a b='$conversation.id'>$conversation.visitor.name</a>",
      ],
    ],
    [
      [
        "replay",
        "--dry-run",
        "--url",
        "http://127.0.0.1:9",
        "--body",
        "a=$payload.accountId&b={{constructor.constructor('return process')()}}",
      ],
    ],
    [
      [
        "template",
        "check",
        "fixtures/templates/ticket.form",
        "--against",
        "fixtures/smartsupp/valid/offline-message.json",
      ],
    ],
    [["formats"]],
    [["formats", "userlike"]],
    [["formats", "--explain", "-"]],
    [["schema", "ferndesk"]],
    [["schema", "smartsupp"]],
    [["schema", "smartsupp-event"]],
    [["schema", "userlike"]],
    [["schema", "userlike-legacy"]],
    [["--help"]],
  ])("%j", async (args) => {
    const [checked, free] = await Promise.all([
      runChatx(args, { stdin, nodeArgs }),
      runChatx(args, { stdin }),
    ]);
    // `toEqual` takes seconds for bytes, as it compares them one by one.
    expect(checked.stdoutBytes.equals(free.stdoutBytes)).toBe(true);
    expect({ ...checked, stdoutBytes: "" }).toEqual({ ...free, stdoutBytes: "" });
    expect([0, 1]).toContain(checked.code);
  });
});
