import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runTemplateCheck } from "../../src/cli/commands/template.ts";
import { UsageError } from "../../src/cli/exit-codes.ts";
import { UnderWay } from "../../src/cli/io.ts";
import { FdWriter } from "../../src/cli/write-bytes.ts";
import { TemplateError } from "../../src/template/parse.ts";

const HOOK = "fixtures/smartsupp/valid/offline-message.json";
const TEMPLATES = "fixtures/templates";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "chatx-template-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Runs the command in this process, its two outputs going to files. */
async function check(
  file: string,
  flags: Record<string, unknown> = {},
  env: Record<string, string> = {},
  isTerminal = false,
) {
  const paths = [join(folder, "stdout"), join(folder, "stderr")];
  const [out, err] = paths.map((path) => openSync(path, "w"));
  const stdout = new FdWriter(out!, "standard output");
  const stderr = new FdWriter(err!, "standard error");
  const terminal = { stdinIsTerminal: true, stdoutIsTerminal: isTerminal, stderrIsTerminal: false };
  try {
    const io = {
      stdout,
      stderr,
      ...terminal,
      env,
      signal: new AbortController().signal,
      underWay: new UnderWay(),
    };
    const code = await runTemplateCheck(file, flags, io);
    await stdout.flush();
    await stderr.flush();
    return { code, stdout: readFileSync(paths[0]!, "utf8"), stderr: readFileSync(paths[1]!, "utf8") };
  } finally {
    closeSync(out!);
    closeSync(err!);
  }
}

describe("chatx template check", () => {
  test("lists what stands where", async () => {
    expect(await check(`${TEMPLATES}/ticket.json`)).toEqual({
      code: 0,
      stderr: "",
      stdout: `fixtures/templates/ticket.json: json (application/json), 6 variables
  2:14  $record.source  inside a JSON string
  3:20  $conversation.id  inside a JSON string
  5:15  $conversation.visitor.email  inside a JSON string
  6:15  $payload.channel.rating  a JSON value
  8:13  $conversation.messages[0].text  inside a JSON string
  10:11  $payload  a JSON value
`,
    });
  });

  test("shows what a template renders to for a record", async () => {
    const { code, stdout, stderr } = await check(`${TEMPLATES}/ticket.json`, { against: HOOK });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const hook = JSON.parse(readFileSync(HOOK, "utf8")) as {
      channel: { rating: unknown };
      visitor: { email: unknown };
    };
    expect(JSON.parse(stdout)).toEqual({
      source: HOOK,
      conversation: "smartsupp-4711-90212",
      visitor: { email: hook.visitor.email ?? "unknown", rating: hook.channel.rating },
      first: "You are closed.\nPlease write to me: my parcel 30077 did not arrive.",
      price: "$0",
      hook,
    });
  });

  test("renders XML and forms, URLs and headers", async () => {
    const soap = await check(`${TEMPLATES}/soap.xml`, { against: HOOK });
    expect(soap.stdout).toContain('id="smartsupp-4711-90212"');
    expect(soap.stdout).toContain("<text>You are closed.\nPlease write");
    const form = await check(`${TEMPLATES}/ticket.form`, {
      against: HOOK,
      url: "https://api.example.com/$payload.accountId",
      header: ["X-Shop: $var.shop"],
      var: ["shop=a=b"],
    });
    expect(form.stdout).toBe(
      `POST https://api.example.com/4711
X-Shop: a=b
Content-Type: application/x-www-form-urlencoded

account=4711&channel=90212&text=You%20are%20closed.%0APlease%20write%20to%20me%3A%20my%20parcel%2030077%20did%20not%20arrive.
`,
    );
  });

  test("takes values that only a run knows from a file, and says where a sample stands", async () => {
    const file = `${TEMPLATES}/report-export.json`;
    const { stdout, stderr } = await check(file, {
      against: HOOK,
      values: `${TEMPLATES}/report-export.values.json`,
    });
    expect(JSON.parse(stdout)).toMatchObject({
      clientId: "31",
      connector: { id: "7", name: 'Shop "North" & South' },
      file: { size: 9, content: "JVBERi0xLjcK" },
      createdAt: "2024-05-01 12:20:00",
      token: "***",
    });
    expect(stderr).toBe(
      "chatx: $tokenResponse has no value before a run; a sample stands for it (--values FILE gives one)\n",
    );
  });

  test("never shows a secret, nor its encodings", async () => {
    const file = fileWith("secret.json", '{"a":"$env.TOKEN","b":"$payload.echo"}');
    const record = fileWith(
      "record.json",
      JSON.stringify({ echo: Buffer.from('x:can"ary').toString("base64") }),
    );
    const flags = {
      against: record,
      url: "https://x.example/?k=$env.TOKEN",
      header: ["Authorization: Bearer $env.TOKEN"],
    };
    const { code, stdout } = await check(file, flags, { TOKEN: 'can"ary' });
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/can.{0,3}ary/);
    expect(stdout).toMatch(/^POST https:\/\/x\.example\/\?k=\*\*\*\nAuthorization: Bearer \*\*\*\n/);
    expect(stdout).toContain('{"a":"***","b":"');
  });

  test("says which value a record lacks, and exits with 1", async () => {
    const file = fileWith("lacks.json", '{"a":"$payload.nope"}');
    expect(await check(file, { against: HOOK })).toEqual({
      code: 1,
      stdout: "",
      stderr: `chatx: ${HOOK}:1:1: $payload.nope is missing in this payload\n`,
    });
  });

  test("renders the record that is asked for", async () => {
    const file = fileWith("index.txt", "$record.index at line $record.line: $payload.n");
    const records = fileWith("records.jsonl", '{"n":1}\n{"n":2}\n{"n":"three\\u001b[2J"}\n');
    expect((await check(file, { against: records, record: "2" })).stdout).toBe("2 at line 2: 2\n");
    const shown = await check(file, { against: records, record: "3" }, {}, true);
    expect(shown.stdout).toBe("3 at line 3: three\\u001b[2J\n");
    await expect(check(file, { against: records, record: "4" })).rejects.toThrow("has no record 4");
  });

  test("a record that is broken cannot be rendered", async () => {
    const file = fileWith("any.json", '{"a":$payload}');
    const broken = fileWith("broken.json", '{"a":1,}');
    const { code, stdout, stderr } = await check(file, { against: broken });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^error json\/trailing-comma: .*\n {2}--> .*broken\.json:1:7/);
  });

  test.each([
    ["too deep for it", `{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`, /json\/too-deep/],
    ["of a million levels", `{"a":${"[".repeat(1e6)}${"]".repeat(1e6)}}`, /json\/too-deep/],
    ["no object", "7", /format\/not-an-object/],
    ["a capture without a body", '{"method":"GET","url":"/","headers":{}}', /the record has no body/],
    ["half of a pair", '{"a":"\\ud800"}', /half of a surrogate pair \(its line 1, column 7, \/a\)/],
  ])("a record that is %s is told as replay tells it", async (_, record, words) => {
    const file = fileWith("whole.json", '{"a":$payload}');
    const { code, stdout, stderr } = await check(file, { against: fileWith("record.json", record) });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(words);
  });

  test("an unknown name is an error at its place in the file", async () => {
    await expect(check(`${TEMPLATES}/unknown-name.json`, { against: HOOK })).rejects.toThrow(
      new TemplateError(
        "there is no variable $conversation.mesages[0].text; did you mean $conversation.messages[0].text?",
        readFileSync(`${TEMPLATES}/unknown-name.json`, "utf8"),
        14,
        "fixtures/templates/unknown-name.json",
      ).message,
    );
  });

  test.each<[string, Record<string, unknown>, Record<string, string>]>([
    ["no-such-file.json", {}, {}],
    [HOOK, { var: ["novalue"] }, {}],
    [HOOK, { values: HOOK.replace("offline", "no-such") }, {}],
    [HOOK, { values: `${TEMPLATES}/ticket.form` }, {}],
    [HOOK, { timeZone: "Mars/Base" }, {}],
    [HOOK, { header: ["A: $env.PIN"], against: HOOK }, { PIN: "123" }],
  ])("wrong usage is told before anything is read (%s, %j)", async (file, flags, env) => {
    await expect(check(file, flags, env)).rejects.toThrow(UsageError);
  });
});
