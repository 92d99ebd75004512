import { describe, expect, test } from "vitest";
import { userlike } from "../../src/formats/userlike/current/index.ts";
import { userlikeLegacy } from "../../src/formats/userlike/legacy/index.ts";
import { CURRENT_PAIRS } from "../../src/formats/userlike/pairs.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { timeZone } from "../../src/model/time.ts";
import { check, conversationOf, fixture, fixtureNames, read } from "./userlike/support.ts";

const valid = fixtureNames("userlike/valid");
const transcript = (items: readonly JsonObject[], rest: JsonObject = {}): JsonObject => ({
  _type: "chat_session",
  _event: "end",
  id: 7,
  ...rest,
  transcript: items,
});

describe("the shapes", () => {
  test("every documented pair has a valid fixture", () => {
    const found = new Set(
      valid.map((name) => fixture(`userlike/valid/${name}`)).map((d) => `${d._type} ${d._event}`),
    );
    const pairs = [...CURRENT_PAIRS].flatMap(([type, events]) => events.map((event) => `${type} ${event}`));
    expect(pairs).toHaveLength(18);
    expect(pairs.filter((pair) => !found.has(pair))).toEqual([]);
  });

  const warnings: Readonly<Record<string, readonly string[]>> = {
    "unknown-event.json": [
      'format/unknown-event /_event {"type":"chat_session","event":"message_recieved","nearest":"message_received"}',
    ],
    "unknown-fields.json": [
      'schema/unknown-field /contact/favourite_colour {"field":"favourite_colour"}',
      'schema/unknown-field /transcript/0/delivered {"field":"delivered"}',
      'schema/unknown-field /transcript/0/attachments {"field":"attachments"}',
      'schema/unknown-field /ai_summary {"field":"ai_summary"}',
    ],
    "untyped_contact-part.json": ['format/no-transcript  {"format":"Userlike"}'],
  };
  test.each(valid)("%s holds", (name) => {
    const { holds, findings } = check(userlike, fixture(`userlike/valid/${name}`));
    expect(holds).toBe(true);
    expect([...findings].sort()).toEqual([...(warnings[name] ?? [])].sort());
  });

  const faults: Readonly<Record<string, string>> = {
    "contact-flag-as-text.json":
      'schema/wrong-type /contact/is_blocked {"wanted":"a boolean","found":"string"}',
    "custom-as-list.json": 'schema/wrong-type /custom {"wanted":"an object","found":"array"}',
    "fraction-id.json": 'schema/wrong-value /id {"wanted":"a whole number","found":"5104417.5"}',
    "id-as-text.json": 'schema/wrong-type /id {"wanted":"a number","found":"string"}',
    "message-without-body.json": 'schema/missing-field /transcript/1 {"field":"body","wanted":"a string"}',
    "missing-event.json": 'schema/missing-field  {"field":"_event","wanted":"a string"}',
    "missing-id.json": 'schema/missing-field  {"field":"id","wanted":"a number"}',
    "misspelt-type.json":
      'schema/wrong-value /_type {"wanted":"\\"chat_session\\"","found":"chat_sesion","nearest":"chat_session"}',
    "time-not-a-time.json":
      'schema/wrong-value /transcript/1/created_at {"wanted":"a time such as 2024-02-22 15:48:43","found":"yesterday"}',
    "topic-as-text.json": 'schema/wrong-type /topics/0 {"wanted":"an object","found":"string"}',
    "transcript-is-object.json": 'schema/wrong-type /transcript {"wanted":"an array","found":"object"}',
  };
  test("every invalid fixture has its expected fault", () => {
    expect(Object.keys(faults).sort()).toEqual(fixtureNames("userlike/invalid").sort());
  });
  test.each(Object.entries(faults))("%s fails at its place", (name, fault) => {
    expect(check(userlike, fixture(`userlike/invalid/${name}`))).toEqual({ holds: false, findings: [fault] });
  });

  test("a _type that is near no known one is compared with all of them", () => {
    const { findings } = check(userlike, { _type: "ticket_opened", _event: "x", id: 1, subject: "?" });
    expect(findings).toEqual([
      'schema/wrong-value /_type {"wanted":"one of \\"chat_session\\", \\"conversation\\", \\"operator\\", \\"contact\\", \\"um_widget\\"","found":"ticket_opened"}',
    ]);
  });

  test("a _type that is no text is an error at its place", () => {
    const document = transcript([], { _type: 4 });
    expect(check(userlike, { ...document, _type: 4 }).findings).toEqual([
      'schema/wrong-type /_type {"wanted":"\\"chat_session\\"","found":"number"}',
    ]);
  });

  test("a body without _type needs a list of messages, or contact and accepts_messages", () => {
    expect(check(userlike, { id: 1 }).holds).toBe(false);
    expect(check(userlike, { id: 1, transcript: [] }).holds).toBe(true);
    expect(check(userlike, { contact: {}, accepts_messages: false }).holds).toBe(true);
  });

  test("a widget's settings are not called unknown one by one", () => {
    const document = { _type: "um_widget", _event: "config", colour: "red", nested: { deep: 1 } };
    expect(check(userlike, document)).toEqual({ holds: true, findings: [] });
  });
});

describe("rules between fields", () => {
  test("a chat_session end without a transcript is a warning, other events may lack one", () => {
    const body = (event: string) => ({ _type: "chat_session", _event: event, id: 1 });
    expect(check(userlike, body("end")).findings).toEqual(['format/no-transcript  {"format":"Userlike"}']);
    expect(check(userlike, body("rating")).findings).toEqual([]);
  });

  test("an empty transcript at the end is a warning", () => {
    expect(check(userlike, transcript([])).findings).toEqual(["meaning/no-messages /transcript {}"]);
  });

  test("times that go back, ids that come twice and an end before the start are warnings", () => {
    const document = transcript(
      [
        { id: "a", body: "1", operator_name: "", created_at: "2024-01-01T10:00:01Z" },
        { id: "a", body: "2", operator_name: "", created_at: "2024-01-01T10:00:00Z" },
      ],
      { created_at: "2024-01-01T10:00:00Z", ended_at: "2024-01-01T09:00:00Z" },
    );
    expect(check(userlike, document).findings).toEqual([
      'meaning/times-not-ascending /transcript/1/created_at {"time":"2024-01-01T10:00:00Z","previous":"2024-01-01T10:00:01Z"}',
      'meaning/duplicate-id /transcript/1/id {"id":"a","first":"/transcript/0"}',
      'meaning/end-before-start /ended_at {"start":"2024-01-01T10:00:00Z","end":"2024-01-01T09:00:00Z"}',
    ]);
  });

  test("times are compared under the name that each message has", () => {
    const document = transcript([
      { body: "1", operator_name: "", sent_at: "2024-01-01T10:00:01Z" },
      { body: "2", operator_name: "", sent_at: "2024-01-01T10:00:00Z", created_at: "2024-01-01T10:00:02Z" },
      { body: "3", operator_name: "", created_at: null, sent_at: "2024-01-01T10:00:00Z" },
    ]);
    expect(check(userlike, document).findings).toEqual([
      'meaning/times-not-ascending /transcript/2/sent_at {"time":"2024-01-01T10:00:00Z","previous":"2024-01-01T10:00:01Z"}',
    ]);
  });
});

describe("recognising", () => {
  test("each generation knows its own fixtures and leaves the other's", () => {
    for (const name of valid) {
      const document = fixture(`userlike/valid/${name}`);
      expect(userlike.recognise(document).score, name).toBeGreaterThan(0.6);
      expect(userlikeLegacy.recognise(document).score, name).toBeLessThan(0.5);
    }
  });

  test("a misspelt type is still recognised, though less surely", () => {
    expect(userlike.recognise({ _type: "chat_sesion", _event: "end" }).score).toBe(0.6);
    expect(userlike.recognise({ _type: "um_widgt", _event: "config" }).score).toBe(0.6);
    expect(userlikeLegacy.recognise({ _type: "chat_widgt", _event: "config" }).score).toBe(0.6);
    expect(userlike.recognise({ _type: "chat_widgt", _event: "config" }).score).toBeLessThan(0.3);
  });

  test("foreign documents and hostile keys score nothing", () => {
    for (const document of [
      {},
      { accountId: 1, channel: {}, messages: [] },
      { conversations: [] },
      { _type: "constructor" },
      { _type: "__proto__" },
      { _type: null },
      { transcript: "text" },
    ]) {
      expect(userlike.recognise(document).score).toBe(0);
      expect(userlikeLegacy.recognise(document).score).toBe(0);
    }
  });
});

describe("reading", () => {
  test("a chat_session end becomes a conversation", () => {
    expect(conversationOf(userlike, fixture("userlike/valid/chat-session_end.json"))).toEqual({
      id: "userlike-5104417",
      origin: { format: "userlike", id: "5104417" },
      startedAt: "2024-05-13T08:00:40.001Z",
      endedAt: "2024-05-13T08:20:00Z",
      visitor: {
        id: "80211407",
        name: "Ana Lindqvist",
        email: "ana.lindqvist@example.com",
        phone: "+46 8 5550 0100",
        city: "Stockholm",
        country: "Sweden",
        locale: "sv_SE",
        variables: { plan: "team", seats: 14 },
      },
      topics: ["billing", "how-to"],
      custom: {
        shop: { currency: "SEK", cart: [{ sku: "GL-12", price: 139.9 }] },
        visitor_group: "returning",
      },
      messages: [
        {
          id: "9f2c1a",
          sender: "visitor",
          text: "Hej! Where do I change the invoice address?",
          sentAt: "2024-05-13T08:00:41.517Z",
        },
        {
          id: "9f2c1b",
          sender: "agent",
          text: "Hello Ana, under Settings > Billing.\nShall I show you?",
          sentAt: "2024-05-13T08:01:09.002Z",
          author: { name: "Milo Brandt" },
        },
        { id: "9f2c1c", sender: "visitor", text: "Yes please 🙏🏽", sentAt: "2024-05-13T08:06:02.33Z" },
      ],
    });
  });

  test("operators, contacts, widgets and parts without a transcript are skipped", () => {
    const what = (name: string) => {
      const { result, findings } = read(userlike, fixture(`userlike/valid/${name}`));
      expect(findings).toEqual([]);
      return result.kind === "skipped" ? result.what : result.kind;
    };
    expect(what("operator_away.json")).toBe("operator away");
    expect(what("contact_created.json")).toBe("contact created");
    expect(what("um-widget_config.json")).toBe("um_widget config");
    expect(what("untyped_contact-part.json")).toBe("conversation without a transcript");
  });

  test("an event without a transcript keeps its facts for folding", () => {
    const document = { _type: "chat_session", _event: "rating", id: 3, rate: 2 };
    expect(conversationOf(userlike, document)).toEqual({
      id: "userlike-3",
      origin: { format: "userlike", id: "3" },
      rating: { score: 2 },
      messages: [],
    });
  });

  test("ids keep their digits", () => {
    const { id, visitor, origin } = conversationOf(userlike, fixture("userlike/valid/large-ids.json"));
    expect([id, origin.id, visitor?.id]).toEqual([
      "userlike-9007199254740993",
      "9007199254740993",
      "18446744073709551615",
    ]);
  });

  test("texts stay as they are, unit for unit", () => {
    const { messages } = conversationOf(userlike, fixture("userlike/valid/emoji.json"));
    expect(messages[0]?.text).toBe("👩🏽‍🚀🏳️‍🌈 𝒳 \u200f\u202etxet\u202c e\u0301 é ﬀ \u0000 \u2028");
    expect(messages[1]).toMatchObject({ text: "", sender: "agent", author: { name: "José 🎧" } });
  });

  test("a null body is an empty text", () => {
    const document = transcript([{ body: null, operator_name: null, created_at: "2024-01-01T00:00:00Z" }]);
    expect(check(userlike, document).holds).toBe(true);
    expect(conversationOf(userlike, document).messages).toEqual([
      { id: "userlike-7-1", sender: "visitor", text: "", sentAt: "2024-01-01T00:00:00Z" },
    ]);
  });

  test("the spellings of 2014 are read where they turn up", () => {
    const document = fixture("userlike/valid/legacy-spellings.json");
    const { result, findings } = read(userlike, document, { zoneIsGiven: false });
    expect(findings).toEqual([
      'decode/zone-assumed /messages/0/sent_at {"zone":"UTC","example":"2024-03-01 10:00:05"}',
      'decode/unknown-sender /messages/2 {"value":"Rui Costa","taken":"visitor"}',
    ]);
    expect(result.kind === "conversation" && result.conversation).toMatchObject({
      startedAt: "2024-03-01T10:00:00Z",
      endedAt: "2024-03-01T10:09:30Z",
      rating: { score: 5 },
      visitor: { id: "5", name: "Rui Costa", email: "rui.costa@example.com", phone: "+351 21 555 0100" },
      messages: [
        { id: "userlike-88012-1", sender: "visitor", text: "Is the blue one in stock?" },
        { id: "userlike-88012-2", sender: "agent", author: { name: "Jun Okafor" } },
        { id: "userlike-88012-3", sender: "visitor", sentAt: "2024-03-01T10:02:00Z" },
      ],
    });
  });

  test("a sender that operator_name does not tell goes by type, then by name, with a finding", () => {
    const { result, findings } = read(userlike, fixture("userlike/valid/message-spellings.json"));
    expect(findings).toEqual([
      'decode/time-derived /transcript/5 {"from":"/transcript/4/created_at"}',
      'decode/unknown-sender /transcript/3 {"value":"Rui Costa","taken":"visitor"}',
      'decode/unknown-sender /transcript/4/type {"value":"xx","taken":"agent"}',
      'decode/unknown-sender /transcript/5 {"value":"","taken":"visitor"}',
    ]);
    if (result.kind !== "conversation") throw new Error(result.kind);
    expect(result.conversation.visitor).toEqual({ id: "77", name: "Rui Costa" });
    expect(result.conversation.messages).toEqual([
      {
        id: "userlike-610-1",
        sender: "visitor",
        text: "typed as the contact's",
        sentAt: "2024-05-13T08:00:00Z",
        author: { name: "Rui Costa" },
      },
      {
        id: "userlike-610-2",
        sender: "agent",
        text: "typed as the operator's",
        sentAt: "2024-05-13T08:00:10Z",
        author: { id: "op-6", name: "Jun" },
      },
      {
        id: "userlike-610-3",
        sender: "visitor",
        text: "text under its old name",
        sentAt: "2024-05-13T08:00:20Z",
        author: { name: "Rui" },
      },
      {
        id: "userlike-610-4",
        sender: "visitor",
        text: "known by the name alone",
        sentAt: "2024-05-13T08:00:30Z",
        author: { name: "Rui Costa" },
      },
      {
        id: "userlike-610-5",
        sender: "agent",
        text: "a type nobody knows",
        sentAt: "2024-05-13T08:00:40Z",
        author: { name: "Jun Okafor" },
      },
      {
        id: "userlike-610-6",
        sender: "visitor",
        text: "nothing tells the sender or the time",
        sentAt: "2024-05-13T08:00:40Z",
      },
      { id: "last", sender: "visitor", text: "ids may be texts", sentAt: "2024-05-13T08:00:50.000001Z" },
    ]);
  });

  test("a list of messages is read where the transcript is empty", () => {
    const { result } = read(userlike, fixture("userlike/valid/messages-list.json"));
    expect(result.kind === "conversation" && result.conversation).toMatchObject({
      visitor: { id: "C-1010" },
      messages: [
        { id: "1", sender: "visitor", text: "no time here", sentAt: "2024-05-13T08:05:00Z" },
        { id: "7", sender: "agent", author: { id: "6", name: "Jun Okafor" } },
        { id: "userlike-611-3", sender: "system", text: "forward" },
        { id: "userlike-611-4", sender: "agent", text: "", author: { name: "Milo Brandt" } },
      ],
    });
  });

  test("hostile keys and values are plain data", () => {
    const custom = JSON.parse('{"__proto__":{"polluted":true},"constructor":1}') as JsonObject;
    const document = transcript(
      [{ body: "x", operator_name: "constructor", type: "__proto__", created_at: "2024-01-01T00:00:00Z" }],
      { custom },
    );
    const conversation = conversationOf(userlike, document);
    expect(conversation.custom).toBe(custom);
    expect(conversation.messages[0]?.author).toEqual({ name: "constructor" });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test("the document stays as it was", () => {
    for (const name of valid) {
      const document = fixture(`userlike/valid/${name}`);
      const before = structuredClone(document);
      read(userlike, document);
      expect(document).toEqual(before);
    }
  });
});

describe("a message without a time", () => {
  const untimed = [{ body: "a", operator_name: "" }];

  test("takes that of the nearest message before it, else after it, message by message", () => {
    const { result, findings } = read(userlike, fixture("userlike/valid/missing-times.json"));
    expect(findings).toEqual([
      'decode/time-derived /transcript/0 {"from":"/transcript/1/created_at"}',
      'decode/time-derived /transcript/2 {"from":"/transcript/1/created_at"}',
      'decode/time-derived /transcript/4 {"from":"/transcript/3/created_at"}',
    ]);
    if (result.kind !== "conversation") throw new Error(result.kind);
    expect(result.conversation.messages.map((message) => message.sentAt)).toEqual([
      "2024-05-13T08:01:00Z",
      "2024-05-13T08:01:00Z",
      "2024-05-13T08:01:00Z",
      "2024-05-13T08:03:00.5Z",
      "2024-05-13T08:03:00.5Z",
    ]);
    expect(result.edges).toContainEqual({ from: "/transcript/1/created_at", to: "/messages/0/sentAt" });
    expect(result.edges).toContainEqual({ from: "/transcript/3/created_at", to: "/messages/4/sentAt" });
  });

  const time = "2024-01-01T00:00:00Z";
  const other = "2023-01-01T00:00:00Z";
  test.each<[string, JsonObject]>([
    ["/ended_at", { ended_at: time, created_at: other }],
    ["/last_message_sent_at", { last_message_sent_at: time, created_at: other }],
    ["/created_at", { created_at: time, first_message_sent_at: other }],
    ["/first_message_sent_at", { first_message_sent_at: time, contact: { last_message_sent_at: other } }],
    ["/contact/last_message_sent_at", { contact: { last_message_sent_at: time, created_at: other } }],
    ["/contact/first_message_sent_at", { contact: { first_message_sent_at: time, created_at: other } }],
    ["/contact/created_at", { contact: { created_at: time } }],
  ])("takes %s where no message has one", (from, rest) => {
    const { result, findings } = read(userlike, transcript(untimed, rest), {
      receivedAt: "2025-01-01T00:00:00Z",
    });
    expect(findings).toEqual([`decode/time-derived /transcript/0 {"from":"${from}"}`]);
    if (result.kind !== "conversation") throw new Error(result.kind);
    expect(result.conversation.messages[0]?.sentAt).toBe(time);
    expect(result.edges).toContainEqual({ from, to: "/messages/0/sentAt" });
  });

  test("takes the time of arrival at last, which stands in no field", () => {
    const { result, findings } = read(userlike, transcript(untimed), {
      receivedAt: "2024-01-01T01:00:00+01:00",
    });
    expect(findings).toEqual(['decode/time-derived /transcript/0 {"from":"the time of arrival"}']);
    if (result.kind !== "conversation") throw new Error(result.kind);
    expect(result.conversation.messages[0]?.sentAt).toBe(time);
    expect(result.edges?.filter((edge) => edge.to === "/messages/0/sentAt")).toEqual([]);
  });

  test("is rejected where nothing tells one", () => {
    for (const receivedAt of [undefined, "soon"]) {
      const options = receivedAt === undefined ? {} : { receivedAt };
      expect(read(userlike, transcript(untimed), options)).toEqual({
        result: { kind: "rejected" },
        findings: ["decode/time-unknown /transcript {}"],
      });
    }
  });
});

describe("times without a zone", () => {
  const at = (created_at: string) => transcript([{ body: "a", operator_name: "", created_at }]);

  test("are read in the zone that is named, with no finding", () => {
    const zone = timeZone("Europe/Berlin");
    expect(conversationOf(userlike, at("2024-07-01 12:00:00"), { zone }).messages[0]?.sentAt).toBe(
      "2024-07-01T10:00:00Z",
    );
    expect(read(userlike, at("2024-07-01 12:00:00"), { zone }).findings).toEqual([]);
  });

  test("that a clock change skips are reported, and the time after the gap is taken", () => {
    const zone = timeZone("Europe/Berlin");
    const { result, findings } = read(userlike, at("2024-03-31 02:30:00"), { zone });
    expect(findings).toEqual([
      'decode/local-time-skipped /transcript/0/created_at {"time":"2024-03-31 02:30:00","zone":"Europe/Berlin"}',
    ]);
    expect(result.kind === "conversation" && result.conversation.messages[0]?.sentAt).toBe(
      "2024-03-31T01:30:00Z",
    );
  });

  test("that leave the years 0000 to 9999 in their zone reject the body", () => {
    const zone = timeZone("Asia/Tokyo");
    expect(read(userlike, at("0000-01-01 00:00:00"), { zone })).toEqual({
      result: { kind: "rejected" },
      findings: ['decode/time-invalid /transcript/0/created_at {"value":"0000-01-01 00:00:00"}'],
    });
  });
});

describe("the rank", () => {
  const rank = (name: string) => {
    const { result } = read(userlike, fixture(`userlike/valid/${name}`));
    if (result.kind !== "conversation") throw new Error(result.kind);
    return result.rank!;
  };

  test("puts the snapshots of one conversation in the order in which it went on", () => {
    const order = [
      "chat-session_start.json",
      "chat-session_message-received.json",
      "chat-session_message-sent.json",
      "chat-session_forward.json",
      "chat-session_rating.json",
      "chat-session_unread.json",
      "chat-session_end.json",
      "conversation_ended.json",
    ];
    expect([...order].reverse().sort((a, b) => (rank(a) < rank(b) ? -1 : 1))).toEqual(order);
  });

  test("has a fixed width, so that it compares as text", () => {
    expect(rank("chat-session_end.json")).toBe("0000000003 1 07 2024-05-13T08:20:00000000000000000000");
    expect(rank("chat-session_rating.json")).toHaveLength(rank("chat-session_end.json").length);
  });

  test("an unknown event ranks below the known ones", () => {
    expect(rank("unknown-event.json")).toContain(" 00 ");
  });
});
