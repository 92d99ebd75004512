import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { answer, type FaultServer } from "../support/fault-server.ts";
import { runChatx } from "../support/run-chatx.ts";
import { runInside } from "../support/run-inside.ts";
import { type AnyRun, expectOrderly, temporaryFolder } from "./outcome.ts";
import { hook } from "./payloads.ts";
import { endpointWith } from "./replay-support.ts";

const folder = temporaryFolder();

/** What steers a terminal, or makes text look like other text. */
const HOSTILE = [
  "\u001b[2J",
  "\u001b]52;c;cm0gLXJmIH4=\u0007",
  "\u001b]8;;https://evil.example\u001b\\",
  "\u009b31m",
  "\b\b\b",
  "\u007f",
  "\r",
  "\u202e",
  "\u2066",
  "\u200b",
  "\ufeff",
].join("x");

/** C0 but for the line feed, DEL, C1, and characters that turn text around or hide it. */
const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

/** @param areLinesCut  Reports for machines hold names and values whole. */
function expectSafe(run: AnyRun, areLinesCut = true): void {
  expectOrderly(run);
  for (const text of [run.stdout, run.stderr]) {
    expect(UNSAFE.exec(text)?.[0]).toBeUndefined();
    for (const line of areLinesCut ? text.split("\n") : []) expect(line.length).toBeLessThan(1200);
  }
}

const long = "A".repeat(1 << 20);
const base = hook();
/** Payloads with hostile text in every place that a person may get to see. */
const payloads: Record<string, unknown> = {
  "a wrong value": { ...base, accountId: `${HOSTILE}${long}` },
  "a wrong type": { ...base, messages: [{ ...base.messages[0], sentAt: HOSTILE }] },
  "an unknown key": { ...base, [HOSTILE]: 1, [`${HOSTILE}${long}`]: 2 },
  "an unknown sender": { ...base, messages: [{ ...base.messages[0], type: HOSTILE }] },
  "a key on the way to a fault": {
    ...base,
    visitor: { ...base.visitor, variables: { [HOSTILE]: { [long]: 3 } } },
  },
  "an event name": { _type: HOSTILE, _event: HOSTILE, id: 1 },
  "a ferndesk id": {
    conversations: [1, 2].map((n) => ({
      id: HOSTILE,
      lastMessageAt: HOSTILE.repeat(n),
      messages: [{ id: HOSTILE, role: HOSTILE, content: HOSTILE, createdAt: HOSTILE }],
    })),
  },
  "a repeated ferndesk id": {
    conversations: [1, 2].map((n) => ({
      id: HOSTILE,
      lastMessageAt: "2024-05-01T10:00:00Z",
      messages: [{ id: `m${n}`, role: "user", content: "Hello", createdAt: "2024-05-01T10:00:00Z" }],
    })),
  },
};

describe("hostile payload text cannot steer a terminal", () => {
  const paths = Object.entries(payloads).map(([what, payload]) => {
    const path = join(folder, `${what.replaceAll(" ", "-")}.json`);
    writeFileSync(path, JSON.stringify(payload));
    return path;
  });

  test.each(["text", "github", "tap"])("in a report as %s", async (reporter) => {
    const run = await runInside(["validate", "--reporter", reporter, "--max-findings", "0", ...paths]);
    expect(run.code).toBe(1);
    expectSafe(run, reporter !== "tap");
  });

  test("in what convert says", async () => {
    for (const extra of [[], ["--strict"]]) {
      const run = await runChatx(["convert", "--to", "ferndesk", "-o", "/dev/null", ...extra, ...paths]);
      expect(run.code).toBe(1);
      expectSafe(run);
    }
  });

  test.each(paths)("in what formats --explain says of %s", async (path) => {
    expectSafe(await runInside(["formats", "--explain", path]));
  });

  test("raw in broken JSON, also as bytes that are no UTF-8", async () => {
    const broken = [
      Buffer.from(`{"a": ${HOSTILE}}`),
      Buffer.from(`${HOSTILE}${long}`),
      Buffer.from(`{"${HOSTILE}`),
      Buffer.from(`{"a":"\\u001b[2J" ${long}`),
      Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0x9b, 0x33, 0x31, 0x6d]), Buffer.from('"}')]),
    ];
    for (const stdin of broken) {
      const run = await runChatx(["validate"], { stdin });
      expect(run.code).toBe(1);
      expectSafe(run);
      expectSafe(await runChatx(["convert", "--to", "ferndesk"], { stdin }));
    }
  });

  test("machine reports and --explain --json hold it as escapes", async () => {
    const stdin = JSON.stringify(payloads["an unknown sender"]);
    for (const args of [
      ["validate", "--reporter", "json"],
      ["validate", "--reporter", "sarif"],
      ["formats", "--explain", "-", "--json"],
    ]) {
      const run = await runChatx(args, { stdin });
      expect(UNSAFE.exec(run.stdout)?.[0]).toBeUndefined();
      expect(() => JSON.parse(run.stdout)).not.toThrow();
    }
  });
});

describe("hostile names on the command line cannot either", () => {
  const name = `${HOSTILE.replaceAll("/", "_")}.json`;
  mkdirSync(join(folder, "names"));
  writeFileSync(join(folder, "names", name), '{"a":1}');

  test("as a file", async () => {
    for (const args of [
      ["validate", join(folder, "names", name)],
      ["validate", join(folder, "names")],
      ["convert", "--to", "ferndesk", "-o", join(folder, name), join(folder, "names")],
      ["convert", "--to", "ferndesk", "-o", join(folder, "no", name), join(folder, "names")],
      ["formats", "--explain", join(folder, "names", name)],
      ["validate", join(folder, name)],
      ["validate", `${HOSTILE}*`],
    ]) {
      const run = await runInside(args);
      expect(run.code).toBeGreaterThanOrEqual(args[0] === "formats" ? 0 : 1);
      expectSafe(run);
    }
  });

  test("as an option, a value or a command", async () => {
    for (const args of [
      [HOSTILE],
      ["validate", `--${HOSTILE}`],
      ["validate", "--format", HOSTILE],
      ["validate", "--reporter", HOSTILE],
      ["schema", HOSTILE],
      ["convert", "--to", "ferndesk", "--since", HOSTILE],
      ["convert", "--to", "ferndesk", "--url-template", `https://example.com/$${HOSTILE}`],
      ["convert", "--to", "ferndesk", "-o", `--${HOSTILE}`],
    ]) {
      const run = await runInside(args);
      expect(run.code).toBe(2);
      expectSafe(run);
    }
  });
});

describe("nothing of a replay can steer a terminal", () => {
  /** What is left of the hostile text in a name of a file. */
  const named = HOSTILE.replaceAll("/", "_");

  async function hostileEndpoint(): Promise<FaultServer> {
    // The bytes of C1 controls and of U+202E are legal in headers, and those of ESC are not: both are tried.
    const evil = "\u009b31m\u0085\u00e2\u0080\u00ae";
    const kinds = [
      answer(302, "", [`location: http://${evil}.example/`, `x-evil: ${evil}`]),
      answer(302, "", [`location: http://${"a".repeat(10_000)}.example/`]),
      answer(400, "", [`content-type: ${evil}`, `x-evil: ${evil}`]),
      `HTTP/1.1 400 ${evil}\r\ncontent-length: 0\r\n\r\n`,
      answer(400, "", [`x-evil: ${HOSTILE}`]),
      `${HOSTILE}\r\n\r\n`,
      `HTTP/1.1 200 OK\r\nx-evil: ${evil}\r\ncontent-length: ${Buffer.byteLength(HOSTILE)}\r\n\r\n`,
    ];
    return await endpointWith((reply, _, index) => {
      reply.send(kinds[index % kinds.length]!);
      if (index % kinds.length === kinds.length - 1) reply.send(Buffer.from(HOSTILE));
    });
  }

  const input = join(folder, `${named}.jsonl`);
  const records = Array.from({ length: 14 }, (_, n) => ({ ...hook(), [HOSTILE]: HOSTILE, n }));
  const events = [
    { _type: HOSTILE, _event: HOSTILE, id: HOSTILE },
    { conversations: [{ id: HOSTILE, messages: [] }] },
    { method: HOSTILE, url: HOSTILE, headers: { [HOSTILE]: HOSTILE, "x-a": HOSTILE }, body: "{}" },
  ];
  // What a header may hold by HTTP can steer a terminal all the same.
  const capture = { method: "POST", headers: { "x-evil": "\u009b31m\u0085" }, body: HOSTILE };
  writeFileSync(input, [capture, ...records, ...events].map((one) => `${JSON.stringify(one)}\n`).join(""));
  const args = (url: string) => [
    ...["replay", input, "--url", url, "--on-failure", "continue", "--retries", "1", "--retry-base", "1ms"],
    ...["--var", `a=${HOSTILE}`, "--expect", `/a=${HOSTILE}`],
  ];

  test.each(["text", "json", "jsonl", "junit", "html"])("in a report as %s", async (reporter) => {
    const server = await hostileEndpoint();
    const out = mkdtempSync(join(folder, "out-"));
    const run = await runInside([
      ...[...args(server.url), "--reporter", reporter],
      ...["--journal", join(out, named), "--dead-letter", join(out, `${named}.dead`)],
      ...["--har", join(out, `${named}.har`), "--save-responses", join(out, `${named}.d`)],
    ]);
    expect(run.code).toBe(1);
    expectSafe(run, false);
    expect(run.stderr).toMatch(/planned 18 = delivered 0 \+ failed \d+/);
    for (const line of run.stderr.split("\n")) expect(line.length).toBeLessThan(1200);
    const head = readdirSync(join(out, `${named}.d`)).filter((name) => name.endsWith(".json"));
    const texts = [`${named}.har`, ...head.map((name) => join(`${named}.d`, name))];
    for (const name of texts) expect(UNSAFE.exec(readFileSync(join(out, name), "utf8"))?.[0]).toBeUndefined();
  });

  test("in a dry run, for people and machines", async () => {
    for (const more of [[], ["--reporter", "json"], ["--body", '{"t":"$payload.n","v":"$var.a"}']]) {
      expectSafe(await runInside([...args("http://127.0.0.1:9"), "--dry-run", ...more]), false);
    }
  });

  test("in what is said of options and of files that cannot be used", async () => {
    const used = join(folder, `${named}.used`);
    writeFileSync(used, HOSTILE);
    const url = ["--url", "http://127.0.0.1:9"];
    for (const more of [
      ["--url", `http://127.0.0.1:9/${HOSTILE}`],
      [...url, "--body", `{"a":"$${HOSTILE}"}`],
      [...url, "--body", `@${join(folder, "no", named)}`],
      [...url, "-H", `${HOSTILE}: 1`],
      [...url, "-H", `X: ${HOSTILE}`],
      [...url, "--journal", used],
      [...url, "--journal", join(folder, "no", named)],
      [...url, "--journal", join(folder, "no", named), "--resume"],
      [...url, "--dead-letter", used],
      [...url, "--har", join(folder, "no", named, "x")],
      [...url, "--save-responses", join(used, named)],
      [...url, "--sign", HOSTILE],
      [...url, "--sign", "smartsupp", "--sign-secret", `env:${HOSTILE}`],
      [...url, "--sign", "smartsupp", "--sign-secret", `file:${join(folder, "no", named)}`],
      [...url, "--expect", HOSTILE],
      [...url, "--rate", HOSTILE],
      [...url, "--reporter", HOSTILE],
      [...url, "--cacert", used],
      [...url, "--profile", used],
      [...url, "--var", HOSTILE],
    ]) {
      const run = await runInside(["replay", input, ...more]);
      expect([more, run.code >= 2]).toEqual([more, true]);
      expectSafe(run, false);
    }
    expectSafe(await runInside(["replay", join(folder, "no", named), ...url]), false);
  });
});

test("what is said of a fault names path and type; values are clipped, neighbours stay out", async () => {
  const secret = "canary-".repeat(40);
  const payload = { ...base, accountId: secret, visitor: { ...base.visitor, email: "canary@example.com" } };
  const stdin = JSON.stringify(payload, null, 2);
  for (const args of [["validate"], ["convert", "--to", "ferndesk", "-o", "/dev/null"]]) {
    const run = await runChatx(args, { stdin });
    const said = run.stdout + run.stderr;
    expect(run.code).toBe(1);
    expect(said).toContain("expected a number, found string");
    expect(said).toContain("<stdin>:2:16  /accountId");
    expect(said).not.toContain("canary@example.com");
    expect(said.match(/canary-/g)?.length ?? 0).toBeLessThan(20);
  }
});
