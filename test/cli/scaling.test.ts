import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runChatx } from "../support/run-chatx.ts";
import { temporaryFolder } from "./outcome.ts";
import { hook, hookLines, hookText } from "./payloads.ts";

const folder = temporaryFolder();
const meter = join(folder, "meter.cjs");
// Time on the processor, not on the clock: other processes of the machine do not count.
writeFileSync(
  meter,
  `const before = process.cpuUsage();
   process.on("exit", () => require("node:fs").writeFileSync(process.env.METER, String(process.cpuUsage(before).user)));`,
);

let measured = 0;

async function milliseconds(args: readonly string[], stdin: string): Promise<number> {
  const file = join(folder, `time-${measured++}`);
  const run = await runChatx(args, { stdin, nodeArgs: ["--require", meter], env: { METER: file } });
  expect([0, 1]).toContain(run.code);
  return Number(readFileSync(file, "utf8")) / 1000;
}

/** What a run costs without input is no part of its work. */
const BASE = await milliseconds(["validate"], "{}");
/** Less than this is noise: collections of garbage and compilation fall where they fall. */
const NOISE = 60;

/**
 * Four times the input may take seven times the work; quadratic work would take sixteen times. Measured anew where
 * that does not hold, as one measurement may be disturbed.
 */
async function expectAboutLinear(measure: (factor: 1 | 4) => Promise<number>): Promise<void> {
  const seen: string[] = [];
  for (let attempt = 0; attempt < 3; attempt++) {
    const small = Math.max((await measure(1)) - BASE, NOISE);
    const large = (await measure(4)) - BASE;
    if (large < 7 * small) return;
    seen.push(`${Math.round(small)} ms and ${Math.round(large)} ms`);
  }
  expect.fail(`the work grows faster than the input: ${seen.join("; ")}`);
}

const message = hook().messages[0]!;
const messages = (count: number) =>
  hookText({
    more: { messages: Array.from({ length: count }, (_, k) => ({ ...message, sentAt: message.sentAt + k })) },
  });
const conversation = (count: number, id: (k: number) => string) =>
  JSON.stringify({
    conversations: [
      {
        id: "c",
        lastMessageAt: "2024-05-01T10:00:00Z",
        messages: Array.from({ length: count }, (_, k) => ({
          id: id(k),
          role: "user",
          content: "x",
          createdAt: "2024-05-01T10:00:00Z",
        })),
      },
    ],
  });

const VALIDATE = ["validate"];
const CONVERT = ["convert", "--to", "ferndesk", "-q"];

/** Inputs that grow with n. */
const cases: [string, string[], number, (n: number) => string][] = [
  [
    "unknown keys in one object",
    VALIDATE,
    5_000,
    (n) => hookText({ more: Object.fromEntries(Array.from({ length: n }, (_, k) => [`key${k}`, k])) }),
  ],
  ["keys that come twice", VALIDATE, 2_500, (n) => hookText().replace("{", `{${'"double":1,'.repeat(n)}`)],
  ["messages of one conversation", CONVERT, 2_000, messages],
  ["messages with the same id", VALIDATE, 2_000, (n) => conversation(n, () => "same")],
  ["conversations with the same id", CONVERT, 500, (n) => `${hookText()}\n`.repeat(n)],
  ["a text", CONVERT, 1 << 20, (n) => hookText({ text: "a".repeat(n) })],
  ["a text of escapes", CONVERT, 1 << 18, (n) => hookText({ text: "\u0001".repeat(n) })],
  [
    "an e-mail address that is none",
    VALIDATE,
    1 << 19,
    (n) => hookText({ more: { visitor: { ...hook().visitor, email: `${"a".repeat(n)}!` } } }),
  ],
  [
    "a URL that is none",
    VALIDATE,
    1 << 19,
    (n) => hookText({ more: { paths: [{ url: `http://${"a.".repeat(n / 2)}!`, title: "" }] } }),
  ],
  [
    "a time that is none",
    VALIDATE,
    1 << 19,
    (n) =>
      conversation(1, () => "m").replaceAll("2024-05-01T10:00:00Z", `2024-05-01T10:00:00.${"0".repeat(n)}`),
  ],
  ["white space", VALIDATE, 1 << 21, (n) => `${" \n".repeat(n / 2)}${hookText()}`],
  ["broken lines", VALIDATE, 1_000, (n) => '{"a":\n'.repeat(n)],
  ["open brackets", VALIDATE, 1 << 17, (n) => "[{".repeat(n / 2)],
  ["closing brackets", VALIDATE, 1 << 13, (n) => "]}".repeat(n / 2)],
];

describe("work grows with the size of the input, not with its square", () => {
  test.concurrent.each(cases)("for %s", async (_, args, n, input) => {
    await expectAboutLinear((factor) => milliseconds(args, input(factor * n)));
  });

  test("for files in one folder of outputs", async () => {
    let round = 0;
    await expectAboutLinear((factor) => {
      const dir = join(folder, `dir-${round++}`);
      return milliseconds(
        ["convert", "--to", "ferndesk", "-q", "--output-dir", dir],
        hookLines(100 * factor),
      );
    });
  });
});
