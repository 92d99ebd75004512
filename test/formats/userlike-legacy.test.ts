import { describe, expect, test } from "vitest";
import { userlike } from "../../src/formats/userlike/current/index.ts";
import { userlikeLegacy } from "../../src/formats/userlike/legacy/index.ts";
import { LEGACY_PAIRS } from "../../src/formats/userlike/pairs.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { timeZone } from "../../src/model/time.ts";
import { check, conversationOf, fixture, fixtureNames, read } from "./userlike/support.ts";

const valid = fixtureNames("userlike-legacy/valid");
const receive = fixture("userlike-legacy/valid/chat-meta_receive.json");
const offline = fixture("userlike-legacy/valid/offline-message_receive.json");

describe("the shapes of 2014", () => {
  test("every known pair has a valid fixture", () => {
    const documents = valid.map((name) => fixture(`userlike-legacy/valid/${name}`));
    const found = new Set(documents.map((document) => `${document._type} ${document._event}`));
    const pairs = [...LEGACY_PAIRS].flatMap(([type, events]) => events.map((event) => `${type} ${event}`));
    expect(pairs).toHaveLength(13);
    expect(pairs.filter((pair) => !found.has(pair))).toEqual([]);
  });

  test.each(valid)("%s holds", (name) => {
    const document = fixture(`userlike-legacy/valid/${name}`);
    const { holds, findings } = check(userlikeLegacy, document);
    expect(holds).toBe(true);
    expect(findings).toEqual(
      name === "unknown-event.json"
        ? ['format/unknown-event /_event {"type":"chat_meta","event":"recieve","nearest":"receive"}']
        : [],
    );
    expect(userlikeLegacy.recognise(document).score).toBeGreaterThan(0.8);
    expect(userlike.recognise(document).score).toBeLessThan(0.5);
  });

  const faults: Readonly<Record<string, string>> = {
    "day-that-does-not-exist.json":
      'schema/wrong-value /messages/0/sent_at {"wanted":"a time such as 2024-02-22 15:48:43","found":"2014-02-30 09:15:12"}',
    "id-as-text.json": 'schema/wrong-type /id {"wanted":"a number","found":"string"}',
    "message-without-text.json":
      'schema/missing-field /messages/1 {"field":"message","wanted":"a text; the old REST API calls it body"}',
    "messages-missing.json": 'schema/missing-field  {"field":"messages","wanted":"a list of messages"}',
    "missing-created-at.json": 'schema/missing-field  {"field":"created_at","wanted":"a string"}',
    "misspelt-type.json":
      'schema/wrong-value /_type {"wanted":"\\"chat_meta\\"","found":"chat_mata","nearest":"chat_meta"}',
    "offline-without-message.json": 'schema/missing-field  {"field":"message","wanted":"a string"}',
    "operator-as-name.json": 'schema/wrong-type /operator_current {"wanted":"an object","found":"string"}',
    "rate-as-text.json": 'schema/wrong-type /rate {"wanted":"a number","found":"string"}',
  };
  test("every invalid fixture has its expected fault", () => {
    expect(Object.keys(faults).sort()).toEqual(fixtureNames("userlike-legacy/invalid").sort());
  });
  test.each(Object.entries(faults))("%s fails at its place", (name, fault) => {
    const document = fixture(`userlike-legacy/invalid/${name}`);
    expect(check(userlikeLegacy, document)).toEqual({ holds: false, findings: [fault] });
  });

  test("an unknown member and a chat that ends without a message are warnings", () => {
    expect(check(userlikeLegacy, { ...receive, client_nmae: "x", messages: [] })).toEqual({
      holds: true,
      findings: [
        'schema/unknown-field /client_nmae {"field":"client_nmae"}',
        "meaning/no-messages /messages {}",
      ],
    });
  });

  test("an unknown type is compared with all known ones", () => {
    expect(check(userlikeLegacy, { _type: "visitor", _event: "seen" }).findings).toEqual([
      'schema/wrong-value /_type {"wanted":"one of \\"chat_meta\\", \\"offline_message\\", \\"chat_widget\\", \\"operator\\"","found":"visitor"}',
    ]);
  });
});

describe("reading a chat_meta", () => {
  test("gives all that the model has a place for", () => {
    expect(conversationOf(userlikeLegacy, receive)).toEqual({
      id: "userlike-512",
      origin: { format: "userlike-legacy", id: "512" },
      status: "new",
      startedAt: "2014-11-03T09:15:00Z",
      endedAt: "2014-11-03T09:18:30Z",
      visitor: { id: "aB3d.Ef+gH/iJk0", name: "Tove", email: "tove@example.com", platform: "Linux" },
      agents: [
        { id: "5", name: "Milo Brandt", email: "milo@example.com" },
        { id: "5", name: "Milo Brandt", email: "milo@example.com" },
      ],
      rating: { score: 4, text: "Very kind." },
      flags: { triggered: false },
      metrics: { durationSeconds: 210 },
      pages: [{ url: "https://shop.example.com/" }, { url: "https://shop.example.com/bowls/12" }],
      topics: ["Products"],
      custom: { basket: { item01: { desc: "Glass bowl", price: 139.99 } }, ref: "x7" },
      messages: [
        {
          id: "userlike-512-1",
          sender: "visitor",
          text: "Does it come in green?",
          sentAt: "2014-11-03T09:15:12Z",
          author: { name: "Tove" },
        },
        {
          id: "userlike-512-2",
          sender: "agent",
          text: "Yes, from next week on.",
          sentAt: "2014-11-03T09:15:40Z",
          author: { name: "Milo Brandt" },
        },
        {
          id: "userlike-512-3",
          sender: "visitor",
          text: "Fine, thanks! ☺",
          sentAt: "2014-11-03T09:16:02Z",
          author: { name: "Tove" },
        },
      ],
    });
  });

  test("after a forward has the present operator first", () => {
    const { agents } = conversationOf(
      userlikeLegacy,
      fixture("userlike-legacy/valid/chat-meta_forward.json"),
    );
    expect(agents?.map((agent) => agent.name)).toEqual(["Jun", "Milo Brandt"]);
  });

  test("without a present operator keeps the first one's place", () => {
    const { agents } = conversationOf(userlikeLegacy, { ...receive, operator_current: null });
    expect(agents).toEqual([{}, { id: "5", name: "Milo Brandt", email: "milo@example.com" }]);
    const none = conversationOf(userlikeLegacy, {
      ...receive,
      operator_current: null,
      operator_created: null,
    });
    expect(none.agents).toBeUndefined();
  });

  test("keeps the digits of an id above 2^53", () => {
    const { id, origin } = conversationOf(userlikeLegacy, fixture("userlike-legacy/valid/large-ids.json"));
    expect([id, origin.id]).toEqual(["userlike-9223372036854775807", "9223372036854775807"]);
  });

  test.each([
    ["26:00:01", 93_601],
    ["1 day, 2:00:01", undefined],
    ["00:61:00", undefined],
  ])("reads the duration %s as %s seconds", (duration, seconds) => {
    const { metrics } = conversationOf(userlikeLegacy, { ...receive, duration });
    expect(metrics?.durationSeconds).toBe(seconds);
  });

  test("a type that is not known leaves the sender to the writer's name, with a finding", () => {
    const document = fixture("userlike-legacy/valid/unknown-message-types.json");
    const { result, findings } = read(userlikeLegacy, document);
    expect(findings).toEqual([
      'decode/unknown-sender /messages/1/type {"value":"op","taken":"agent"}',
      'decode/unknown-sender /messages/2/type {"value":"xx","taken":"visitor"}',
      'decode/unknown-sender /messages/3 {"value":"Tove","taken":"visitor"}',
    ]);
    if (result.kind !== "conversation") throw new Error(result.kind);
    expect(result.conversation.messages.map((message) => message.sender)).toEqual([
      "visitor",
      "agent",
      "visitor",
      "visitor",
    ]);
  });

  test("takes the spelling of the old REST API", () => {
    const { messages } = conversationOf(userlikeLegacy, fixture("userlike-legacy/valid/rest-spelling.json"));
    expect(messages).toMatchObject([
      { sender: "visitor", text: "Does it come in green?", author: { name: "Tove" } },
      { sender: "agent", text: "Yes.", author: { id: "5", name: "Milo Brandt" } },
    ]);
  });

  test("takes messages_and_events only where there are no messages", () => {
    const document = fixture("userlike-legacy/valid/messages-and-events.json");
    expect(conversationOf(userlikeLegacy, document).messages).toMatchObject([
      { id: "userlike-512-1", sender: "visitor", text: "Does it come in green?" },
      { id: "userlike-512-2", sender: "system", text: "forward", author: { name: "Milo Brandt" } },
      { id: "userlike-512-3", sender: "agent", text: "Yes.", author: { id: "6", name: "Jun" } },
    ]);
    const both = { ...document, messages: receive.messages! };
    expect(conversationOf(userlikeLegacy, both).messages).toHaveLength(3);
    expect(conversationOf(userlikeLegacy, both).messages[1]?.text).toBe("Yes, from next week on.");
  });

  test("of any depth of custom data keeps all", () => {
    const document = fixture("userlike-legacy/valid/custom-depth.json");
    expect(conversationOf(userlikeLegacy, document).custom).toBe(document.custom);
  });
});

describe("reading an offline_message", () => {
  test("gives one message of the visitor, under an id that no chat has", () => {
    const { result, findings } = read(userlikeLegacy, offline);
    expect(findings).toEqual([]);
    if (result.kind !== "conversation") throw new Error(result.kind);
    expect(result.conversation).toEqual({
      id: "userlike-offline-512",
      origin: { format: "userlike-legacy", id: "512" },
      status: "new",
      startedAt: "2014-11-04T22:10:05Z",
      visitor: {
        name: "Per",
        email: "per@example.com",
        city: "Uppsala",
        country: "Sweden",
        platform: "Windows 7",
      },
      flags: { offline: true },
      pages: [{ url: "https://shop.example.com/delivery" }],
      topics: ["Delivery"],
      custom: {},
      messages: [
        {
          id: "userlike-offline-512-1",
          sender: "visitor",
          text: "Please call me back tomorrow.\nPer",
          sentAt: "2014-11-04T22:10:05Z",
        },
      ],
    });
    expect(result.edges).toContainEqual({ from: "/created_at", to: "/messages/0/sentAt" });
  });
});

describe("payloads without a conversation", () => {
  test.each([
    ["operator_online.json", "operator online"],
    ["operator_back.json", "operator back"],
    ["chat-widget_config.json", "chat_widget config"],
  ])("%s is skipped", (name, what) => {
    const { result } = read(userlikeLegacy, fixture(`userlike-legacy/valid/${name}`));
    expect(result).toEqual({ kind: "skipped", what });
  });
});

describe("times without a zone", () => {
  const with1 = (sent_at: string): JsonObject => ({
    ...receive,
    messages: [{ message: "x", person: "Tove", sent_at, type: "co" }],
  });

  test("cost one warning a document, at the first of them", () => {
    const { findings } = read(userlikeLegacy, receive, { zoneIsGiven: false });
    expect(findings).toEqual([
      'decode/zone-assumed /messages/0/sent_at {"zone":"UTC","example":"2014-11-03 09:15:12"}',
    ]);
  });

  test("are read in the zone that the user names, without a finding", () => {
    const { result, findings } = read(userlikeLegacy, receive, { zone: timeZone("America/New_York") });
    expect(findings).toEqual([]);
    if (result.kind !== "conversation") throw new Error(result.kind);
    expect(result.conversation.messages[0]?.sentAt).toBe("2014-11-03T14:15:12Z");
    expect(result.conversation.startedAt).toBe("2014-11-03T14:15:00Z");
  });

  test("that happen twice in autumn are taken as the earlier moment", () => {
    const { result, findings } = read(userlikeLegacy, with1("2014-10-26 02:30:00"), {
      zone: timeZone("Europe/Berlin"),
    });
    expect(findings).toEqual([]);
    expect(result.kind === "conversation" && result.conversation.messages[0]?.sentAt).toBe(
      "2014-10-26T00:30:00Z",
    );
  });

  test("that a clock change skips are reported at their place", () => {
    const { findings } = read(userlikeLegacy, with1("2014-03-30 02:30:00"), {
      zone: timeZone("Europe/Berlin"),
    });
    expect(findings).toEqual([
      'decode/local-time-skipped /messages/0/sent_at {"time":"2014-03-30 02:30:00","zone":"Europe/Berlin"}',
    ]);
  });

  test("need no zone where they have one", () => {
    const document: JsonObject = { ...offline, created_at: "2014-11-04T22:10:05+01:00" };
    const { result, findings } = read(userlikeLegacy, document, { zoneIsGiven: false });
    expect(findings).toEqual([]);
    expect(result.kind === "conversation" && result.conversation.startedAt).toBe("2014-11-04T21:10:05Z");
  });

  test("that leave the years 0000 to 9999 reject the payload", () => {
    const document: JsonObject = { ...offline, created_at: "9999-12-31 23:30:00" };
    expect(read(userlikeLegacy, document, { zone: timeZone("America/New_York") })).toEqual({
      result: { kind: "rejected" },
      findings: ['decode/time-invalid /created_at {"value":"9999-12-31 23:30:00"}'],
    });
  });

  test("are taken from the end of the chat where no message has one", () => {
    const { result, findings } = read(userlikeLegacy, fixture("userlike-legacy/valid/missing-times.json"));
    expect(findings).toEqual([
      'decode/time-derived /messages/0 {"from":"/ended_at"}',
      'decode/time-derived /messages/1 {"from":"/ended_at"}',
    ]);
    expect(result.kind === "conversation" && result.conversation.messages[1]?.sentAt).toBe(
      "2014-11-03T09:18:30Z",
    );
  });
});

describe("the rank", () => {
  test("puts the snapshots of one chat in the order in which it went on", () => {
    const rank = (name: string) => {
      const { result } = read(userlikeLegacy, fixture(`userlike-legacy/valid/chat-meta_${name}.json`));
      if (result.kind !== "conversation") throw new Error(result.kind);
      return result.rank!;
    };
    const order = ["start", "forward", "rating", "feedback", "receive", "survey", "goal"];
    expect([...order].reverse().sort((a, b) => (rank(a) < rank(b) ? -1 : 1))).toEqual(order);
  });
});
