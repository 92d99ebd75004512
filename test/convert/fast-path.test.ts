import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { corpusChunks } from "../../bench/corpus.mjs";
import type { ConvertSettings } from "../../src/convert/types.ts";
import { formatById } from "../../src/formats/registry.ts";
import { momentFrom, timeZone } from "../../src/model/time.ts";
import { fixturePaths } from "../support/fixtures.ts";
import { root } from "../support/run-chatx.ts";
import { expectSame, inChunks, randomFrom, run } from "./fast-oracle.ts";

const encode = (text: string) => new TextEncoder().encode(text);

const paths = [...fixturePaths("smartsupp/valid"), ...fixturePaths("smartsupp/invalid")];
const fixtures = paths.map((path) => readFileSync(join(root, path), "utf8"));
/** The documents as one line each; what is no JSON stays as it is. */
const compact = fixtures.map((text) => {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text.replaceAll(/\n\s*/g, "").replaceAll('": ', '":');
  }
});

function corpus(shape: string, sizeBytes: number, seed: number): Buffer {
  return Buffer.concat([...corpusChunks({ format: "smartsupp", shape, sizeBytes, seed })]);
}

describe("with and without the fast path the same comes of", () => {
  test.each(paths.map((path, index) => [path, index] as const))("%s, as it is and on a line", (_, index) => {
    expectSame([encode(fixtures[index]!)]);
    expectSame([encode(compact[index]!)]);
    // Twice, so that all names of fields are known, and once more as a differing repeat.
    const line = compact[index]!;
    expectSame([encode(`${line}\n${line}\n${line.replace('"beginAt":', '"beginAt": ')}\n`)]);
  });

  test.each([
    ["JSON Lines", compact.join("\n")],
    ["JSON Lines with CRLF and blank lines", compact.join("\r\n\r\n")],
    ["a list on one line", `[${compact.join(",")}]`],
    ["a list over lines", `[\n${compact.join(",\n")}\n]`],
    ["concatenated texts", compact.join("")],
    ["an RFC 7464 sequence", compact.map((text) => `\x1e${text}\n`).join("")],
    ["a Ferndesk document's list", `{"conversations":[${compact.join(",")}]}`],
    ["capture records", compact.map((body) => JSON.stringify({ method: "POST", body })).join("\n")],
  ])("all fixtures as %s", (_, text) => {
    const bytes = encode(text);
    expectSame([bytes]);
    expectSame(inChunks(bytes, randomFrom(7), 3000));
    expectSame(inChunks(bytes, randomFrom(8), 60));
  });

  test.each(["jsonl", "array", "har", "capture"])("an export as %s", (shape) => {
    const bytes = corpus(shape, 1_500_000, 11);
    const { fast, plain } = expectSame(inChunks(bytes, randomFrom(1), 100_000));
    // Only the records that bring a field's name for the first time go the plain way.
    expect(plain).toBeLessThan(8);
    expect(fast).toBeGreaterThan(100);
  });

  test("an export of a few thousand records", () => {
    const { fast, plain } = expectSame([
      ...corpusChunks({ format: "smartsupp", shape: "jsonl", sizeBytes: 10_000_000, seed: 5 }),
    ]);
    expect(plain).toBeLessThan(8);
    expect(fast).toBeGreaterThan(2000);
  });

  const bytes = corpus("jsonl", 200_000, 3);
  const settings: readonly (readonly [string, Partial<ConvertSettings>, isFast: boolean])[] = [
    ["strict", { strict: true }, true],
    ["from smartsupp", { from: formatById("smartsupp")! }, true],
    ["the other spelling of the agent's role", { agentRole: "support_agent" }, true],
    ["a zone", { zone: timeZone("Europe/Prague"), zoneIsGiven: true }, true],
    ["system messages kept", { systemMessages: "agent" }, false],
    ["since", { since: momentFrom("2023-06-01", timeZone("UTC"))! }, false],
    ["until", { until: momentFrom("2023-06-01", timeZone("UTC"))! }, false],
    ["a shard", { shard: { index: 1, count: 3 } }, false],
    ["folded", { fold: true }, false],
    ["urls", { urlFor: ({ id }) => `https://example.com/${id}` }, false],
    ["from userlike", { from: formatById("userlike")! }, false],
    ["to smartsupp", { to: formatById("smartsupp")! }, false],
  ];
  test.each(settings)("an export, %s", (_, changed, isFast) => {
    const { fast } = expectSame([bytes], { settings: changed });
    expect(fast > 0).toBe(isFast);
  });

  test("records about as long as the limit", () => {
    const lines = bytes.toString("utf8").split("\n");
    const length = Buffer.byteLength(lines[9]!);
    for (const maxRecordBytes of [length - 1, length, length + 1]) {
      for (const longest of [400, 9000, 1e6])
        expectSame(inChunks(bytes, randomFrom(2), longest), { maxRecordBytes });
    }
  });

  test("repeats, exact and differing, before and after other records", () => {
    const lines = bytes.toString("utf8").trimEnd().split("\n").slice(0, 12);
    const changed = lines.map((line) => line.replace('"content":"', '"content":"More. '));
    const spaced = lines.map((line) => line.replace(":", " :"));
    const all = [...lines, ...changed, ...lines, ...spaced.reverse(), ...changed.reverse()];
    expectSame([encode(all.join("\n"))]);
    expectSame([encode(`[${[...spaced, ...lines, ...changed].join(",")}]`)], { settings: { strict: true } });
  });

  test("the customers' own keys, of any number and kind", () => {
    const [head, tail] = compact[
      paths.indexOf("fixtures/smartsupp/valid/revision-today-prefixed-from.json")
    ]!.split(/"variables":.*?\}\}(?=\},"paths")/) as [string, string];
    const random = randomFrom(21);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
    const value = () =>
      pick(['"x"', "1", "null", "true", "false", '"\\u00e9\\/"', '""', "-1", "1.0", "{}", "[]", "[1]"]);
    const keys = [
      "a",
      "b",
      "a b",
      "é",
      "__proto__",
      "constructor",
      "1",
      "a/b",
      "a~b",
      "a.label",
      "",
      "a\\u0062",
      "label",
    ];
    const member = (key: string) =>
      `"${key}":${random() < 0.6 ? `{"label":${value()},"value":${value()}}` : value()}`;
    const lines = Array.from({ length: 3000 }, (_, index) => {
      const members = Array.from({ length: Math.floor(random() * 4) }, () =>
        member(random() < 0.05 ? `own${Math.floor(random() * 1000)}` : pick(keys)),
      );
      const line = `${head}"variables":{${members.join(",")}}${tail}`;
      return line.replace('"channel":{"id":90210', `"channel":{"id":${index}`);
    });
    expect(expectSame([encode(lines.join("\n"))]).fast).toBeGreaterThan(300);
  });
});

test("a sink that takes no bytes, or wants to know of losses, has no fast path", () => {
  const bytes = corpus("jsonl", 50_000, 3);
  expect(run([bytes], { path: "off" })).toMatchObject({
    fast: 0,
    plain: run([bytes], { path: "probe" }).records,
  });
});
