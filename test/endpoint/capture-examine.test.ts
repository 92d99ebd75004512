import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { examineBody } from "../../src/endpoint/capture/examine.ts";
import { root } from "../support/run-chatx.ts";

const sound = readFileSync(join(root, "fixtures/userlike/valid/conversation_ended.json"), "utf8");
const HALF = 500_000;
const deep = `{"${"k".repeat(1000)}":`;

describe("what is examined of one request", () => {
  test.each<[string, string | Buffer, number]>([
    ["lines", "{}\n".repeat(HALF), 20],
    ["one list", `[${"{},".repeat(HALF)}{}]`, 20],
    ["conversations", `{"conversations":[${"{},".repeat(HALF)}{}]}`, 20],
    ["broken pieces", '"'.repeat(1_000_000), 20],
    ["lines, compressed", gzipSync("{}\n".repeat(300_000)), 20],
    ["more than is unpacked", gzipSync(Buffer.alloc(10_000_000)), 0],
    ["one payload that is too long", `{"a":"${"x".repeat(2_000_000)}"}`, 0],
    ["one payload of many values", `{"_type":"conversation","messages":[${"{},".repeat(HALF)}{}]}`, 0],
    [
      "keys that come twice, far down",
      `${deep.repeat(490)}{${'"k":1,'.repeat(1900)}"k":1}${"}".repeat(490)}`,
      0,
    ],
  ])("is bounded: %s", (_, body, findings) => {
    const examined = examineBody(Buffer.from(body), []);
    expect(examined).toMatchObject({ partial: true, verdict: findings === 0 ? "skipped" : "invalid" });
    expect(examined.findings).toHaveLength(findings);
  });

  test("is the beginning, up to a hundred payloads", () => {
    const lines = (count: number) => Buffer.from(`${JSON.stringify(JSON.parse(sound))}\n`.repeat(count));
    const hundred = { verdict: "valid", formats: ["userlike"] };
    expect(examineBody(lines(20), [])).toMatchObject(hundred);
    expect(examineBody(lines(20), [])).not.toHaveProperty("partial");
    expect(examineBody(Buffer.concat([lines(20), Buffer.from("{}\n".repeat(80))]), [])).not.toHaveProperty(
      "partial",
    );
    expect(examineBody(Buffer.concat([lines(20), Buffer.from("{}\n".repeat(81))]), [])).toHaveProperty(
      "partial",
    );
    expect(examineBody(Buffer.concat([lines(1), Buffer.alloc(1_100_000, "x")]), [])).toMatchObject({
      ...hundred,
      partial: true,
    });
  });

  test("of a list that is cut, the last payload is not called broken", () => {
    const body = `[${sound},{"a":"${"x".repeat(2_000_000)}"}]`;
    expect(examineBody(Buffer.from(body), [])).toMatchObject({
      verdict: "valid",
      findings: [],
      partial: true,
    });
  });
});
