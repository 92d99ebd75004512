import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { smartsuppEvent } from "../../src/formats/smartsupp/event/index.ts";
import type { Json, JsonObject } from "../../src/json/value.ts";
import { ExactNumber } from "../../src/json/value.ts";
import { instantFromMs } from "../../src/model/time.ts";
import {
  check,
  conversationOf,
  fixture,
  fixtureNames,
  places,
  read,
  readConversation,
} from "./smartsupp-support.ts";

const names = fixtureNames("smartsupp-event/valid");
/** The fixture whose name begins with this number. */
const event = (number: string) =>
  fixture(`smartsupp-event/valid/${names.find((name) => name.startsWith(number))}`);
const model = (number: string) => conversationOf(smartsuppEvent, event(number));

const ID = "smartsupp-4711-coQ2m8Xz41Hd";

function envelope(name: string, data: Json, more: JsonObject = {}): JsonObject {
  const timestamp = "2024-05-01T10:00:00.500Z";
  return { type: "event_callback", event: name, timestamp, account_id: "4711", app_id: "ap1", data, ...more };
}

describe("reading an event", () => {
  test("the conversation's own facts come with every event that holds it", () => {
    expect(model("11")).toMatchObject({
      id: ID,
      origin: { format: "smartsupp-event", account: "4711", id: "coQ2m8Xz41Hd" },
      status: "closed",
      startedAt: "2024-05-01T10:20:03.12Z",
      endedAt: "2024-05-01T10:30:41.905Z",
      visitor: {
        id: "vik7Qz2mWb41",
        ipAddress: "192.0.2.17",
        city: "Uppsala",
        countryCode: "SE",
        country: "Sweden",
        referrer: "https://search.example.com/",
        variables: { orderId: 30077, plan: "basic" },
      },
      agents: [{ id: "12" }],
      rating: { score: 4, text: "Quick" },
      flags: { offline: false },
    });
  });

  test.each(["02", "05", "06", "18", "19", "22"])(
    "event %s: the message keeps the vendor's id and time",
    (number) => {
      const wire = (event(number).data as JsonObject).message as JsonObject;
      const [message] = model(number).messages;
      expect(message?.id).toBe(wire.id);
      expect(Date.parse(message!.sentAt)).toBe(Date.parse(String(wire.created_at)));
    },
  );

  test.each([
    ["02", "visitor", "Hello, where do I find my invoice?", { id: "vik7Qz2mWb41" }],
    ["05", "bot", "We are on our way. 🚲", undefined],
    ["06", "agent", "Good morning! Under Account, then Invoices.", { id: "12" }],
    ["07", "agent", "Good morning! Under Account, then Invoices.", { id: "12" }],
    ["14", "agent", "Are you still there?", { id: "12" }],
    ["17", "visitor", "No type, no id, no time.", undefined],
    ["18", "system", "agent_leave", { id: "12" }],
    ["19", "visitor", "My rating", { id: "vik7Qz2mWb41" }],
    ["20", "agent", "An event nobody has named yet.", { id: "14" }],
    ["22", "agent", "See our invoices", undefined],
  ])("event %s holds a message of the %s", (number, sender, text, author) => {
    const [message] = model(number).messages;
    expect([message?.sender, message?.text, message?.author]).toEqual([sender, text, author]);
  });

  test.each([
    ["03", "conversation.agent_joined-2024-05-01T10:20:40.25Z", "12"],
    ["04", "conversation.agent_assigned-2024-05-01T10:20:41Z", "12"],
    ["10", "conversation.agent_left-2024-05-01T10:30:30Z", "12"],
    ["11", "conversation.closed-2024-05-01T10:30:41.95Z", "12"],
    ["21", "conversation.transferred-2024-05-01T10:37:00Z", "14"],
  ])("event %s stands as a system message: its name, its time, its agent", (number, tail, agent) => {
    const document = event(number);
    expect(model(number).messages).toEqual([
      {
        id: `${ID}-${tail}`,
        sender: "system",
        text: document.event,
        sentAt: tail.slice(tail.indexOf("-") + 1),
        author: { id: agent },
      },
    ]);
  });

  test("opened and rated say what they say in the conversation: no message", () => {
    expect(model("01").messages).toEqual([]);
    expect(model("09").messages).toEqual([]);
    expect(model("09").rating).toEqual({ score: 4, text: "Quick" });
  });

  test("the conversation's fields may lie in data itself", () => {
    const conversation = model("12");
    expect(conversation.id).toBe("smartsupp-4711-coDirect77");
    expect(conversation.visitor?.city).toBe("Uppsala");
    expect(conversation.status).toBe("closed");
  });

  test("a closed conversation without finished_at ended when the event came", () => {
    expect(model("12").endedAt).toBe("2024-05-01T10:31:00.12Z");
    expect(readConversation(smartsuppEvent, event("12")).edges).toContainEqual({
      from: "/timestamp",
      to: "/endedAt",
    });
    expect(model("02")).not.toHaveProperty("endedAt");
  });

  test("attachments are read in both spellings, sizes digit for digit", () => {
    expect(model("08").messages[0]).toMatchObject({
      text: "",
      attachments: [
        { name: "účtenka.png", mediaType: "image/png", url: "https://files.example.com/a/1", bytes: 48211 },
        {
          name: "order.pdf",
          mediaType: "application/pdf",
          url: "https://files.example.com/a/2",
          bytes: new ExactNumber("9007199254740993"),
        },
      ],
    });
  });

  test("a trigger's name is kept", () => {
    expect(model("05").messages[0]?.trigger).toBe("Busy hours");
  });

  test("a filled-in rating form is a rating, unless the event itself has one", () => {
    expect(model("19").rating).toEqual({ score: 5, text: "Very good" });
    const data = event("19").data as JsonObject;
    const rated = { ...event("19"), data: { ...data, rating_value: 2 } };
    expect(conversationOf(smartsuppEvent, rated).rating).toEqual({ score: 2, text: "Very good" });
  });

  test.each([
    ["13", "conversation.agent_unassigned without a conversation"],
    ["15", "contact.created"],
    ["16", "visitor.connected"],
  ])("event %s is skipped as %s", (number, what) => {
    expect(read(smartsuppEvent, event(number)).result).toEqual({ kind: "skipped", what });
  });

  test.each([
    ["contact", "visitor"],
    ["agent", "agent"],
    ["trigger", "bot"],
    ["bot", "bot"],
    ["system", "system"],
  ])("sub_type %s is the %s's, whatever the event's name", (subType, sender) => {
    for (const name of ["conversation.contact_replied", "conversation.agent_replied"]) {
      const document = envelope(name, {
        conversation: { id: "co1" },
        message: { sub_type: subType, content: "a" },
      });
      expect(conversationOf(smartsuppEvent, document).messages[0]?.sender).toBe(sender);
    }
  });

  test.each([
    ["conversation.contact_replied", {}, "visitor"],
    ["conversation.agent_replied", {}, "agent"],
    ["conversation.bot_replied", {}, "bot"],
    ["conversation.message_delivered", {}, "agent"],
    ["conversation.message_delivered", { type: "event" }, "system"],
    ["conversation.message_delivered", { trigger_name: "Sale" }, "bot"],
    ["conversation.message_delivered", { visitor_id: "vi1" }, "visitor"],
    ["conversation.message_delivered", { visitor_id: "vi1", agent_id: "12" }, "agent"],
  ])("without a sub_type, %s with %j is the %s's", (name, members, sender) => {
    const message = { conversation_id: "co1", content: "a", ...members };
    const document = envelope(name, { conversation: { id: "co1" }, message });
    const { result, diagnostics } = read(smartsuppEvent, document);
    expect(result).toMatchObject({ conversation: { messages: [{ sender }] } });
    expect(places(diagnostics)).toEqual(["decode/time-derived /data/message"]);
  });

  test.each(["__proto__", "constructor", "assistant"])(
    "sub_type %s is unknown: reported, and the message kept",
    (subType) => {
      const message = { sub_type: subType, content: "kept", created_at: "2024-05-01T10:00:00Z" };
      const { result, diagnostics } = read(
        smartsuppEvent,
        envelope("conversation.contact_replied", { conversation: { id: "co1" }, message }),
      );
      expect(diagnostics.map(({ code, args }) => [code, args])).toEqual([
        ["decode/unknown-sender", { value: subType, taken: "visitor" }],
      ]);
      expect(result).toMatchObject({ conversation: { messages: [{ sender: "visitor", text: "kept" }] } });
    },
  );

  test.each([
    ["text", { type: "text", text: "Hello", data: null }, "system", "Hello", []],
    [
      "code",
      { type: "chat_close", text: null, data: { closeType: "agent_close" } },
      "system",
      "chat_close",
      [],
    ],
    ["code with a text", { type: "agent_join", text: "Tom came", data: null }, "system", "Tom came", []],
    [
      "unknown code",
      { type: "chat_park", text: null },
      "system",
      "chat_park",
      ["/data/message/content/type"],
    ],
    ["upload", { type: "upload", text: null, data: null }, "contact", "", []],
    ["nothing", null, "contact", "", []],
  ])("the text of content %s", (_, content, subType, text, unknown) => {
    const message = { sub_type: subType, content, created_at: "2024-05-01T10:00:00Z" };
    const document = envelope("conversation.agent_replied", { conversation: { id: "co1" }, message });
    expect(check(smartsuppEvent, document).holds).toBe(true);
    const { result, diagnostics } = read(smartsuppEvent, document);
    expect(result).toMatchObject({ conversation: { messages: [{ text }] } });
    expect(places(diagnostics)).toEqual(unknown.map((pointer) => `decode/unknown-system-code ${pointer}`));
  });

  test("an event that no source names is reported with the nearest name, and read as far as its data allow", () => {
    const document = event("20");
    const [finding, ...others] = check(smartsuppEvent, document).diagnostics;
    expect(others).toEqual([]);
    expect(finding?.args).toEqual({
      type: "event_callback",
      event: "conversation.agent_replyed",
      nearest: "conversation.agent_replied",
    });
    expect(model("20").messages).toHaveLength(1);
    expect(model("20").visitor?.city).toBe("Uppsala");
  });

  test("an unknown event may hold anything beside what is known, but that must have its shape", () => {
    const strange = envelope("ticket.created", { ticket: 7, conversation: { id: 7 } });
    expect(places(check(smartsuppEvent, strange).diagnostics)).toEqual([
      "schema/wrong-type /data/conversation/id",
    ]);
    const apart = envelope("ticket.created", { ticket: 7 });
    expect(places(check(smartsuppEvent, apart).diagnostics)).toEqual(["format/unknown-event /event"]);
    expect(read(smartsuppEvent, apart).result).toEqual({
      kind: "skipped",
      what: "ticket.created without a conversation",
    });
  });

  test.each(["__proto__", "constructor", "toString"])(
    "an event called %s is unknown, not found by accident",
    (name) => {
      const document = envelope(name, { conversation_id: "co1" });
      expect(places(check(smartsuppEvent, document).diagnostics)).toEqual(["format/unknown-event /event"]);
      expect(conversationOf(smartsuppEvent, document).messages[0]?.text).toBe(name);
    },
  );

  test("an end before the start is a finding, in either spelling of data", () => {
    const times = { id: "co1", created_at: "2024-05-01T10:00:00Z", finished_at: "2024-05-01T09:59:59Z" };
    expect(
      places(check(smartsuppEvent, envelope("conversation.opened", { conversation: times })).diagnostics),
    ).toEqual(["meaning/end-before-start /data/conversation/finished_at"]);
    expect(places(check(smartsuppEvent, envelope("conversation.opened", times)).diagnostics)).toEqual([
      "meaning/end-before-start /data/finished_at",
    ]);
  });
});

describe("the rank of an event", () => {
  const rankOf = (document: JsonObject) => readConversation(smartsuppEvent, document).rank ?? "";

  test("is the conversation's last change, else the message's, else the event's time, then its name", () => {
    expect(rankOf(event("06"))).toBe("2024-05-01T10:21:13.480000000000000000 conversation.agent_replied");
    expect(rankOf(event("07"))).toBe("2024-05-01T10:21:14.000000000000000000 conversation.message_delivered");
    expect(rankOf(event("03"))).toBe("2024-05-01T10:20:40.250000000000000000 conversation.agent_joined");
  });

  test("sorts as the moments do, with and without fractions and offsets", () => {
    const time = fc.integer({ min: 0, max: 4_102_444_800_000 });
    const withOffset = (ms: number) => `${new Date(ms + 7_200_000).toISOString().slice(0, -1)}+02:00`;
    fc.assert(
      fc.property(time, fc.integer({ min: 1, max: 10_000 }), fc.boolean(), (ms, later, isOffset) => {
        const rank = (at: number) =>
          rankOf(
            envelope(
              "conversation.x",
              { conversation_id: "co1" },
              { timestamp: isOffset ? withOffset(at) : instantFromMs(at)! },
            ),
          );
        expect(rank(ms) < rank(ms + later)).toBe(true);
      }),
    );
  });
});

describe("recognising an event", () => {
  test("asks for the envelope", () => {
    expect(smartsuppEvent.recognise(event("01")).score).toBe(1);
    const { account_id: _, ...without } = event("01");
    expect(smartsuppEvent.recognise(without).score).toBe(0.8);
    expect(smartsuppEvent.recognise({ ...event("01"), type: "other" }).score).toBe(0.6);
    expect(
      smartsuppEvent.recognise({ type: "event_callback", event: { type: "message" }, team_id: "T1" }),
    ).toEqual({
      score: 0.4,
      why: "its event is no text",
    });
    expect(smartsuppEvent.recognise({})).toEqual({ score: 0, why: "its type is not event_callback" });
  });

  test("never throws, whatever the document", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom("type", "event", "data", "account_id"), fc.jsonValue()),
        (document) => {
          expect(smartsuppEvent.recognise(document as JsonObject).score).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  test("whatever holds in the schema can be read", () => {
    const text = fc.constantFrom("", "a", "event", "system", "conversation.opened", "2024-05-01T10:00:00Z");
    const value = fc.oneof(text, fc.constant(null), fc.integer(), fc.constant([]), fc.constant({}));
    const object = fc.dictionary(
      fc.constantFrom(
        "id",
        "conversation_id",
        "content",
        "sub_type",
        "created_at",
        "attachments",
        "variables",
        "rating_value",
      ),
      value,
    );
    const data = fc.record(
      { id: value, conversation: object, conversation_id: value, message: object },
      { requiredKeys: [] },
    );
    const name = fc.constantFrom(
      "conversation.contact_replied",
      "conversation.agent_joined",
      "conversation.closed",
      "x",
    );
    fc.assert(
      fc.property(name, data, (called, inner) => {
        const document = envelope(called, inner as JsonObject);
        if (check(smartsuppEvent, document).holds)
          expect(read(smartsuppEvent, document).result.kind).not.toBe("rejected");
      }),
      { numRuns: 500 },
    );
  });
});
