import { describe, expect, test } from "vitest";
import { ExactNumber } from "../../src/json/value.ts";
import type { Conversation } from "../../src/model/conversation.ts";
import { conversationFromJson, conversationToJson } from "../../src/model/conversation-json.ts";
import type { Instant } from "../../src/model/time.ts";

const CONVERSATION: Conversation = {
  id: "smartsupp-1-2",
  origin: { format: "smartsupp", account: "9007199254740993", id: "2" },
  startedAt: "2026-03-27T08:00:00.123456789Z" as Instant,
  rating: { score: new ExactNumber("5.0") },
  custom: { big: new ExactNumber("9007199254740993"), nested: [{ a: null }] },
  messages: [
    {
      id: "m1",
      sender: "visitor",
      text: "a\u0000b\u2028",
      sentAt: "2026-03-27T08:00:00Z" as Instant,
      attachments: [{ name: "x", bytes: new ExactNumber("1e400") }],
    },
  ],
};

describe("a conversation as JSON text", () => {
  test("comes back as it was, with the digits of its numbers", () => {
    const text = conversationToJson(CONVERSATION);
    expect(text).toMatch(/^\{"chatx":"conversation","version":1,"conversation":\{"id":/);
    expect(text).toContain('"score":5.0');
    expect(conversationFromJson(text)).toEqual({ ok: true, conversation: CONVERSATION });
  });

  const text = conversationToJson(CONVERSATION);
  test.each([
    ["{", /no JSON/],
    ["[]", /no member "chatx"/],
    [text.replace('"chatx"', '"chaty"'), /no member "chatx"/],
    [text.replace('"version":1', '"version":2'), /version 1/],
    [text.replace('"version":1', '"version":1,"version":1'), /twice/],
    [text.replace('"visitor"', '"Visitor"'), /\/conversation\/messages\/0\/sender should be one of visitor/],
    [text.replace("T08:00:00Z", "T08:00:00+00:00"), /sentAt should be an instant/],
    [text.replace('"text":', '"words":'), /messages\/0\/text is missing/],
    [text.replace('"custom":', '"costum":'), /costum is a member that chatx does not know/],
    [text.replace('"name":"x"', '"name":7'), /attachments\/0\/name should be text and is number/],
    [text.replace(/"messages":.*/s, '"messages":{}}}'), /messages should be a list and is object/],
  ])("is refused when it is something else: %s", (changed, problem) => {
    const result = conversationFromJson(changed);
    expect(result.ok ? "" : result.problem).toMatch(problem);
  });
});
