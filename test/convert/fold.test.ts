import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Converter } from "../../src/convert/converter.ts";
import type { Converted, ConvertSummary } from "../../src/convert/types.ts";
import { formatById } from "../../src/formats/registry.ts";
import { stringifyJson } from "../../src/json/stringify.ts";
import { decodeUtf8 } from "../../src/json/text.ts";
import { timeZone } from "../../src/model/time.ts";
import { fixturePaths, recordsOf, recordsOfFile } from "../support/fixtures.ts";

function convertTexts(texts: readonly string[], options: { fold?: boolean; to?: string } = {}) {
  const out: Converted[] = [];
  const codes: string[] = [];
  const converter = new Converter(
    {
      to: formatById(options.to ?? "ferndesk")!,
      zone: timeZone("UTC"),
      zoneIsGiven: true,
      agentRole: "agent",
      systemMessages: "drop",
      strict: false,
      fold: options.fold ?? false,
    },
    {
      converted: (one) => out.push(one),
      findings: (findings) => codes.push(...findings.map(({ code }) => code)),
    },
  );
  texts.forEach((text, index) => {
    for (const record of recordsOf(text, `${index}.json`)) converter.record(record);
  });
  const summary: ConvertSummary = converter.finish();
  return { text: out.map(({ value }) => `${stringifyJson(value)}\n`).join(""), out, codes, summary };
}

/** Every record of the formats whose records are folded, as text. */
const parts = ["userlike", "userlike-legacy", "smartsupp-event"].flatMap((format) =>
  fixturePaths(`${format}/valid`).flatMap((path) =>
    recordsOfFile(path).map((record) => decodeUtf8(record.bytes)!),
  ),
);

const message = (id: string, second: number, text: string) => ({
  id,
  body: text,
  operator_name: "",
  created_at: `2026-03-01T10:00:${String(second).padStart(2, "0")}.000Z`,
});

const session = (event: string, transcript: unknown[], more: object = {}) =>
  JSON.stringify({ _type: "chat_session", _event: event, id: 5, transcript, ...more });

describe("folding", () => {
  test("gives the same bytes whatever order the records come in", () => {
    const expected = convertTexts(parts);
    expect(expected.out.length).toBeGreaterThan(5);
    fc.assert(
      fc.property(fc.shuffledSubarray(parts, { minLength: parts.length }), (shuffled) => {
        expect(convertTexts(shuffled).text).toBe(expected.text);
      }),
      { numRuns: 40 },
    );
  });

  test("gives the same bytes for any subset in any order, in every target", () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(parts),
        fc.constantFrom("ferndesk", "smartsupp", "userlike"),
        (some, to) => {
          expect(convertTexts([...some].reverse(), { to }).text).toBe(convertTexts(some, { to }).text);
        },
      ),
      { numRuns: 40 },
    );
  });

  test("joins the states of one conversation: every message, and the latest of each fact", () => {
    const early = session("start", [message("a", 1, "Hello")]);
    const late = session("end", [message("a", 1, "Hello"), message("b", 2, "Anybody there?")]);
    const { out, summary } = convertTexts([late, early]);
    expect(out).toHaveLength(1);
    expect(out[0]!.value).toMatchObject({ messages: [{ content: "Hello" }, { content: "Anybody there?" }] });
    expect(summary).toMatchObject({ read: 2, written: 2, conversations: 1, skipped: 0, rejected: 0 });
  });

  test("keeps two messages to which the vendor gave one id", () => {
    const { out } = convertTexts([session("end", [message("a", 1, "first"), message("a", 2, "second")])]);
    expect(out[0]!.value).toMatchObject({ messages: [{ content: "first" }, { content: "second" }] });
  });

  test("keeps unknown fields beside their own message, also when the parts order them differently", () => {
    const first = { ...message("a", 1, "Hello"), mood: "glad" };
    const second = { ...message("b", 2, "Bye"), mood: "sad" };
    const late = session("rating", [second], { shop: "north", transcript: [second] });
    const { out } = convertTexts([session("end", [first, second], { shop: "north" }), late], {
      to: "userlike",
    });
    const moods = (out[0]!.value.transcript as { body: string; mood?: string }[]).map(({ body, mood }) => [
      body,
      mood,
    ]);
    expect(moods.filter(([, mood]) => mood !== undefined).length).toBeGreaterThan(0);
    for (const [body, mood] of moods) {
      if (mood !== undefined) expect(mood).toBe(body === "Hello" ? "glad" : "sad");
    }
    expect(out[0]!.value.shop).toBe("north");
  });

  test("drops an exact repeat and counts it", () => {
    const one = session("end", [message("a", 1, "Hello")]);
    expect(convertTexts([one, one]).summary).toMatchObject({ read: 2, written: 1, skipped: 1 });
  });

  test("keeps keys such as __proto__ in data of later events", () => {
    const { out } = convertTexts(
      [
        session("start", [message("a", 1, "Hello")], { custom: { plan: "a" } }),
        `{"_type":"chat_session","_event":"end","id":5,"custom":{"__proto__":{"x":1},"plan":"b"},"transcript":[${JSON.stringify(message("a", 1, "Hello"))},${JSON.stringify(message("b", 2, "Bye"))}]}`,
      ],
      { to: "userlike" },
    );
    expect(stringifyJson(out[0]!.value)).toContain('"custom":{"__proto__":{"x":1},"plan":"b"}');
  });
});

describe("repeats of whole conversations", () => {
  const conversation = (last: string) =>
    JSON.stringify({
      id: "c",
      lastMessageAt: last,
      messages: [{ id: "1", role: "user", content: "Hello", createdAt: last }],
    });
  const longer = JSON.stringify({
    id: "c",
    lastMessageAt: "2026-01-01T00:00:02Z",
    messages: [
      { id: "1", role: "user", content: "Hello", createdAt: "2026-01-01T00:00:01Z" },
      { id: "2", role: "agent", content: "Hi", createdAt: "2026-01-01T00:00:02Z" },
    ],
  });

  test("an exact one is dropped, one that differs is a finding and the first stands", () => {
    const first = conversation("2026-01-01T00:00:01Z");
    const { out, codes, summary } = convertTexts([first, first, longer]);
    expect(out.map(({ value }) => value.lastMessageAt)).toEqual(["2026-01-01T00:00:01Z"]);
    expect(codes).toEqual(["convert/exact-repeat", "convert/differing-repeat"]);
    expect(summary).toMatchObject({ read: 3, written: 1, skipped: 2 });
  });

  test("with fold the most complete one is taken, in any order", () => {
    for (const texts of [
      [conversation("2026-01-01T00:00:01Z"), longer],
      [longer, conversation("2026-01-01T00:00:01Z")],
    ]) {
      const { out } = convertTexts(texts, { fold: true });
      expect(out).toHaveLength(1);
      expect(out[0]!.value).toMatchObject({ messages: [{ content: "Hello" }, { content: "Hi" }] });
    }
  });
});
