import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { WholeLine } from "../../src/input/cutting.ts";
import { encodeUtf8 } from "../../src/json/text.ts";
import { timeZone } from "../../src/model/time.ts";
import { factsOf, mayHoldPayloads, plainObject, quickFacts } from "../../src/plan/payload.ts";
import type { PlanSettings } from "../../src/plan/settings.ts";
import { split } from "../input/split.ts";
import { fixturePaths, recordsOf } from "../support/fixtures.ts";
import { root } from "../support/run-chatx.ts";

const PLAN: PlanSettings = { order: "conversation", zone: timeZone("UTC"), zoneIsGiven: true };
const WANTED = { document: false, conversation: false, time: false };

/** Quick facts are those of reading the whole payload, or there are none. */
function wayOf(data: string | Uint8Array): "quick" | "slow" {
  const [record] = recordsOf(data);
  const document = record === undefined ? undefined : plainObject(record);
  const quick = document === undefined ? undefined : quickFacts(document, PLAN);
  if (record === undefined || quick === undefined) return "slow";
  const { sentAtMs: _, ...slow } = factsOf(record, PLAN, WANTED);
  expect(quick).toEqual(slow);
  return "quick";
}

describe("what a few members tell of a payload is what reading it tells", () => {
  test.each([
    ["smartsupp/valid", "quick"],
    ["smartsupp/invalid", undefined],
    ["ferndesk/valid", "quick"],
    ["ferndesk/invalid", undefined],
    ["userlike/valid", "slow"],
    ["userlike-legacy/valid", "slow"],
    ["smartsupp-event/valid", "slow"],
  ])("of the fixtures in %s", (folder, expected) => {
    const ways = fixturePaths(folder).map((path) => wayOf(readFileSync(join(root, path))));
    if (expected === "slow") expect(ways).not.toContain("quick");
    // Some fixtures have an id above 2^53, or are a list of no conversations.
    if (expected === "quick") {
      expect(ways.filter((way) => way === "quick").length).toBeGreaterThan(ways.length / 2);
    }
  });

  test("also when any of its members are other values, or missing", () => {
    const payloads = [...fixturePaths("smartsupp/valid"), ...fixturePaths("ferndesk/valid")]
      .flatMap((path) => recordsOf(readFileSync(join(root, path))))
      .flatMap((record) => plainObject(record) ?? []);
    const value = fc.oneof(
      fc.constantFrom(null, "", "7", 0, -0, 1.5, -3, 2 ** 53, 1e300, true, [], {}, undefined),
      fc.integer(),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...payloads),
        fc.constantFrom("accountId", "channel", "channel.id", "id", "messages", "beginAt", "visitor"),
        value,
        (payload, place, changed) => {
          const document = structuredClone(payload) as Record<string, unknown>;
          const channel = document.channel as Record<string, unknown> | undefined;
          if (place !== "channel.id") document[place] = changed;
          else if (channel !== undefined) channel.id = changed;
          wayOf(JSON.stringify(document));
        },
      ),
      { numRuns: 500 },
    );
  });

  test("but an id whose digits JSON.parse does not keep takes reading", () => {
    const hook = readFileSync(join(root, fixturePaths("smartsupp/valid")[0]!), "utf8");
    const great = hook.replace(/("channel": \{\s*"id": )\d+/, "$19007199254740993");
    expect(great).not.toBe(hook);
    expect(wayOf(encodeUtf8(great))).toBe("slow");
  });

  test.each([
    ["as it is", '"conv-é-1"'],
    ["escaped", '"conv-\\u00e9-1"'],
  ])("and so does an id beyond ASCII, %s", (_, id) => {
    const payload = readFileSync(join(root, fixturePaths("ferndesk/valid")[0]!), "utf8");
    const [record] = recordsOf(payload);
    const document = { ...plainObject(record!), id: 0 };
    const text = JSON.stringify(document).replace('"id":0', `"id":${id}`);
    expect(text).toContain(id);
    expect(wayOf(encodeUtf8(text))).toBe("slow");
  });
});

describe("lines that are taken for payloads without looking for their end", () => {
  const holders = [
    "conversations",
    "log",
    "body",
    "bodyBase64",
    "method",
    "headers",
    "receivedAt",
    "entries",
  ];
  const key = fc.oneof(fc.constantFrom(...holders, "id", "é"), fc.string());
  const inner = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constant([{ id: 1 }, { id: 2 }]),
    fc.constant({ entries: [{ request: { postData: { text: "{}" } } }] }),
    fc.constantFrom("{}", "e30=", "POST", [["content-type", "x"]]),
  );
  const document = fc.oneof(
    { weight: 4, arbitrary: fc.dictionary(key, inner, { maxKeys: 5 }) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  );
  const text = fc.oneof(
    { weight: 6, arbitrary: document.map((value) => JSON.stringify(value)) },
    { weight: 2, arbitrary: document.map((value) => JSON.stringify(value, null, 1)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('{"a":', '{"a":1}}', "{}{}", '{"a":1}x', "{", "}", "[", "[{}", "{]}", "1"),
    },
  );
  const between = fc.constantFrom("\n", "\n", "\r\n", " ", "\n\n", "\n \t", "\x1e", "");
  const input = fc
    .array(fc.tuple(text, between), { maxLength: 8 })
    .map((parts) => encodeUtf8(parts.flat().join("")));

  test("are the records that looking finds", () => {
    let taken = 0;
    fc.assert(
      fc.property(input, fc.integer({ min: 1, max: 800 }), (bytes, pieceBytes) => {
        const chunks = [pieceBytes];
        const line: WholeLine = (window, start, end) => {
          const one = plainObject({ bytes: window.subarray(start, end) });
          if (one === undefined || mayHoldPayloads(one)) return false;
          taken++;
          return true;
        };
        const looked = split(bytes, { chunks });
        const quick = split(bytes, { chunks, line });
        expect(quick).toEqual(looked);
      }),
      { numRuns: 2000 },
    );
    expect(taken).toBeGreaterThan(400);
  });
});
