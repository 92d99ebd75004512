import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type Run, runChatx } from "../support/run-chatx.ts";
import { expectOrderly, expectSummaryAddsUp, temporaryFolder } from "./outcome.ts";
import { conversationsOf, hookLines, hookText } from "./payloads.ts";

const folder = temporaryFolder();
const convert = (stdin: Uint8Array, ...args: string[]) =>
  runChatx(["convert", "--to", "ferndesk", ...args], { stdin });

function expectRefused(run: Run, message: string): void {
  expectOrderly(run);
  expect(run.code).toBe(1);
  expect(run.stderr).toContain(message);
  expectSummaryAddsUp(run.stderr);
}

describe("gzip", () => {
  test("is read whatever the file is called, also of several members", async () => {
    const path = join(folder, "capture.json");
    writeFileSync(path, Buffer.concat([gzipSync(hookLines(2)), gzipSync(hookText({ id: 3 }))]));
    const plain = await convert(Buffer.from(hookLines(3)), "-q");
    expect((await runChatx(["convert", "--to", "ferndesk", "-q", path])).stdout).toBe(plain.stdout);
  });

  test("that inflates beyond the limit is stopped at the limit, in little memory", async () => {
    const bomb = gzipSync(Buffer.alloc(200 << 20, 0x20));
    expect(bomb.length).toBeLessThan(220_000);
    const run = await runChatx(["convert", "--to", "ferndesk", "--max-inflated-bytes", "10MiB"], {
      stdin: Buffer.concat([gzipSync(hookText()), bomb]),
      nodeArgs: ["--max-old-space-size=64"],
    });
    expectRefused(run, "error input/inflated-too-large: the source inflates to more than 10485760 bytes");
    expect(conversationsOf(run.stdout)).toHaveLength(1);
  });

  test("of zeros is refused as the first byte shows that it is no text, without a limit of its own", async () => {
    const bomb = gzipSync(Buffer.alloc(100 << 20));
    const run = await runChatx(["validate"], { stdin: bomb, nodeArgs: ["--max-old-space-size=128"] });
    expectOrderly(run);
    expect(run.code).toBe(1);
  });

  test("in gzip is refused by name", async () => {
    expectRefused(await convert(gzipSync(gzipSync(hookText()))), "doubly gzip-compressed");
  });

  test("that is cut off gives the records before the cut, and an error", async () => {
    // Stored, not deflated, so that a cut shows the bytes before it.
    const whole = gzipSync(hookLines(500), { level: 0 });
    const run = await convert(whole.subarray(0, whole.length - 2000));
    expectRefused(run, "error input/broken-gzip: the gzip data is broken: it is cut off");
    expect(conversationsOf(run.stdout).length).toBeGreaterThan(100);
  });

  test.concurrent.each<[string, (bytes: Buffer) => Buffer]>([
    ["with a wrong checksum", (bytes) => flipped(bytes, bytes.length - 8)],
    ["with other data behind it", (bytes) => Buffer.concat([bytes, Buffer.from("junk")])],
  ])("%s gives all its records, and an error", async (_, damage) => {
    const run = await convert(damage(gzipSync(hookLines(50))));
    expectRefused(run, "error input/broken-gzip: ");
    expect(conversationsOf(run.stdout)).toHaveLength(50);
  });

  test.concurrent.each<[string, (bytes: Buffer) => Buffer, string]>([
    ["with a wrong checksum", (bytes) => flipped(bytes, bytes.length - 8), "its checksum does not match"],
    ["with a wrong length", (bytes) => flipped(bytes, bytes.length - 4), "its length does not match"],
    [
      "with other data behind it",
      (bytes) => Buffer.concat([bytes, Buffer.from("hello")]),
      "other data follows its end",
    ],
    ["with nothing but its first bytes", (bytes) => bytes.subarray(0, 5), "it is cut off"],
    ["with a broken body", (bytes) => flipped(bytes, 12, 0xff), "the gzip data is broken: "],
  ])("%s is refused", async (_, damage, reason) => {
    expectRefused(await convert(damage(gzipSync(hookLines(3)))), reason);
  });

  test.concurrent.each([
    ["zstd", [0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x00]],
    ["zip", [0x50, 0x4b, 0x03, 0x04, 0x14, 0x00]],
    ["bzip2", [0x42, 0x5a, 0x68, 0x39, 0x31, 0x41]],
    ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ])("is the only compression that is read: %s is refused by name", async (name, bytes) => {
    const run = await convert(Buffer.from(bytes));
    expectRefused(run, `the source is ${name}-compressed data, which chatx does not unpack`);
    expect(run.stderr).toContain("hint: unpack it first");
  });
});

function flipped(bytes: Buffer, at: number, mask = 1): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = copy[at]! ^ mask;
  return copy;
}
