import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runInside } from "../support/run-inside.ts";
import { folder, hooks, replay } from "./replay-support.ts";

const SIGN = ["--sign", "hmac-sha256", "--sign-secret", "env:KEY"];
const URL = ["--url", "http://127.0.0.1:9/"];
const OTHER_CHARSET = ["--content-type", "text/plain; charset=utf-16"];

test.each<[string, string[], string]>([
  ...["Host", "accept-encoding", "Content-Length", "connection", "Transfer-Encoding"].map(
    (name): [string, string[], string] => [
      `a signature in ${name}`,
      [...URL, ...SIGN, "--sign-header", name],
      `--sign-header cannot be ${name}: chatx writes that header itself`,
    ],
  ),
  ...["content-type", "Idempotency-Key"].map((name): [string, string[], string] => [
    `a signature in ${name}`,
    [...URL, ...SIGN, "--sign-header", name],
    `--sign-header cannot be ${name}`,
  ]),
  [
    "a line break in a type",
    [...URL, "--content-type", "text/plain\r\nX: 1"],
    "--content-type has U+000D in it",
  ],
  ["a type beyond Latin-1", [...URL, "--content-type", "text/plain; x=Ω"], "--content-type has U+03A9 in it"],
  [
    "the same of a token request",
    [...URL, "--token-url", "http://127.0.0.1:9/", "--token-body", "x", "--token-content-type", "a/b\n"],
    "--token-content-type has U+000A in it",
  ],
  ["another coding", [...URL, "-H", "Accept-Encoding: gzip"], "(line 1, column 1 of header Accept-Encoding)"],
  ["a gap without a speed", [...URL, "--max-gap", "5s"], "--max-gap needs --speed with a factor"],
  ["a gap at full speed", [...URL, "--speed", "max", "--max-gap", "5s"], "--max-gap needs --speed"],
  ["a bad URL", ["--url", "foo"], "(line 1, column 1 of --url)"],
  ["a bad token URL", [...URL, "--token-url", "foo"], "(line 1, column 1 of --token-url)"],
  ["a variable without a name", [...URL, "--var", "=x"], 'found nothing before "="'],
  ["another charset", [...URL, "--body", '{"a":1}', ...OTHER_CHARSET], "the content type promises utf-16"],
])("%s is wrong usage that names its option", async (_, args, words) => {
  const run = await replay([hooks(folder(), 1), ...args], { KEY: "canary-of-the-key" });
  expect([run.code, run.stdout]).toEqual([2, ""]);
  expect(run.stderr).toContain(words);
  expect(run.stderr).not.toContain("canary");
});

test("a charset in which ASCII is the same takes a body of ASCII", async () => {
  const body = (text: string) => ["--body", text, "--content-type", "text/plain; charset=iso-8859-1"];
  const dry = [hooks(folder(), 1), ...URL, "--dry-run"];
  expect((await replay([...dry, ...body("plain")])).code).toBe(0);
  expect((await replay([...dry, ...body("grün")])).code).toBe(2);
  expect((await replay([...dry, ...body("$payload.accountId")])).code).toBe(2);
});

test.each<[string[], string]>([
  [["--record", "0"], "--record takes a number from 1 on"],
  [["--var", "=x"], 'found nothing before "="'],
  [["--content-type", "text/plain\n"], "--content-type has U+000A in it"],
  [["-H", "accept-encoding: gzip"], "header accept-encoding"],
])("template check refuses %j", async (args, words) => {
  const template = join(folder(), "t.json");
  writeFileSync(template, "{}");
  const run = await runInside(["template", "check", template, ...args], {});
  expect(run.code).toBe(2);
  expect(run.stderr).toContain(words);
});
