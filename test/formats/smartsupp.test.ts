import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { smartsupp } from "../../src/formats/smartsupp/hook/index.ts";
import { parseJson } from "../../src/json/parse.ts";
import { stringifyJson } from "../../src/json/stringify.ts";
import {
  ExactNumber,
  type Json,
  type JsonObject,
  member,
  numberFrom,
  setMember,
} from "../../src/json/value.ts";
import type { Conversation, Message } from "../../src/model/conversation.ts";
import { instantFromMs } from "../../src/model/time.ts";
import { anyCharacter } from "../support/any-character.ts";
import { bind, leaves } from "../support/perturb.ts";
import { check, conversationOf, fixture, fixtureNames, places, read, write } from "./smartsupp-support.ts";
import { instant, longTalk, talk } from "./smartsupp-talk.ts";

const hook = (name: string) => fixture(`smartsupp/valid/${name}.json`);
const model = (name: string) => conversationOf(smartsupp, hook(name));
const hooks = fixtureNames("smartsupp/valid").map((name) => name.replace(".json", ""));

const REVISIONS = [
  "revision-today-prefixed-from",
  "revision-2018-11-16-group-raw-from",
  "revision-2018-11-16-group-key",
  "revision-2018-11-15-message-email",
];

/** The document with a channel of its own number and no group: what the revisions share. */
function alike(document: JsonObject): JsonObject {
  const channel = { ...(document.channel as JsonObject), id: 1 };
  return { ...document, channel, visitor: { ...(document.visitor as JsonObject), group: null } };
}

describe("reading a hook body", () => {
  test("today's revision gives senders, authors, triggers and times", () => {
    const { messages, ...conversation } = model("revision-today-prefixed-from");
    const visitor = "k7Qz2mWb41HdXe9TfRn0LpVs6Yc3AuGj51714558001";
    expect(conversation).toMatchObject({
      id: "smartsupp-4711-90210",
      origin: { format: "smartsupp", account: "4711", id: "90210" },
      startedAt: "2024-05-01T10:20:03.12Z",
      endedAt: "2024-05-01T10:30:41.905Z",
      flags: { chat: true, missed: false, triggered: true, offline: false, completed: true, dropped: false },
      metrics: {
        durationSeconds: 638,
        averageResponseSeconds: 55,
        firstResponseSeconds: 70,
        messages: 6,
        words: 30,
      },
      rating: { score: 4, text: "" },
      visitor: { id: "8812", name: "Mara Lindqvist", referrer: "", countryCode: "SE" },
      pages: [{ url: "https://shop.example.com/invoices", title: "Invoices · Example Shop" }, {}],
    });
    expect(conversation.visitor).not.toHaveProperty("group");
    expect(messages.map(({ id, sender, author, trigger }) => [id, sender, author, trigger])).toEqual([
      ["smartsupp-4711-90210-1", "visitor", { id: visitor }, undefined],
      ["smartsupp-4711-90210-2", "system", { id: "12", name: "Tom Becker" }, undefined],
      ["smartsupp-4711-90210-3", "bot", { name: "" }, "Busy hours"],
      ["smartsupp-4711-90210-4", "agent", { id: "12", name: "Tom Becker" }, undefined],
      ["smartsupp-4711-90210-5", "visitor", { id: visitor, name: "Mara Lindqvist" }, undefined],
      ["smartsupp-4711-90210-6", "agent", { id: "12", name: "Tom Becker" }, undefined],
      ["smartsupp-4711-90210-7", "visitor", { id: visitor, name: "Mara Lindqvist" }, undefined],
      ["smartsupp-4711-90210-8", "system", { name: "Mara Lindqvist" }, undefined],
    ]);
    expect(messages[0]).toMatchObject({
      text: "Hello, where do I find my invoice?",
      sentAt: "2024-05-01T10:20:03.12Z",
    });
  });

  test.each(REVISIONS)("%s writes as today's revision of the same conversation", (name) => {
    const written = write(smartsupp, model(name)).result.value;
    expect(stringifyJson(alike(written))).toBe(stringifyJson(alike(hook("revision-today-prefixed-from"))));
  });

  test("group is believed before groupKey, and groupKey where group is null", () => {
    const document = hook("revision-today-prefixed-from");
    const withGroups = (group: Json, groupKey: Json) =>
      conversationOf(smartsupp, { ...document, visitor: { group, groupKey } }).visitor?.group;
    expect(withGroups("new", "old")).toBe("new");
    expect(withGroups(null, "old")).toBe("old");
    expect(withGroups("", null)).toBe("");
  });

  test("an e-mail address of a message is its author's", () => {
    const document = withMessage({ email: "tom@example.com" });
    expect(conversationOf(smartsupp, document).messages[0]?.author?.email).toBe("tom@example.com");
  });

  test("null and absent are the same, an empty text is a text", () => {
    const conversation = model("anonymous-visitor");
    expect(conversation.visitor).toEqual({ ipAddress: "198.51.100.4", userAgent: expect.any(String) });
    expect(model("offline-message")).not.toHaveProperty("rating");
    expect(model("offline-message").metrics).toEqual({ messages: 1, words: 12 });
    expect(model("offline-message")).not.toHaveProperty("pages");
    expect(model("rated-with-comment-and-empty-texts").messages[0]?.text).toBe("");
    expect(model("rated-with-comment-and-empty-texts").messages[1]?.author?.name).toBe("");
  });

  test("ids above 2^53 keep their digits on the way there and back", () => {
    const conversation = model("ids-above-2-to-the-53");
    expect(conversation.id).toBe("smartsupp-9007199254740993-9223372036854775808");
    expect(conversation.visitor?.id).toBe("18446744073709551617");
    const text = stringifyJson(write(smartsupp, conversation).result.value);
    expect(text).toBe(stringifyJson(hook("ids-above-2-to-the-53")));
  });

  test("keys of Object.prototype are the customer's own data", () => {
    const variables = model("prototype-keys-in-variables").visitor?.variables;
    expect(Object.keys(variables ?? {})).toEqual([
      "orderId",
      "__proto__",
      "constructor",
      "a/b~c",
      "customerNo",
    ]);
    expect(member(member(variables, "__proto__"), "value")).toBe("polluted");
    expect(({} as { value?: unknown }).value).toBeUndefined();
  });

  test.each(["__proto__", "constructor", "toString"])(
    "the message type %s is unknown, not found by accident",
    (type) => {
      const { result, diagnostics } = read(smartsupp, withMessage({ type }));
      expect(places(diagnostics)).toEqual(["decode/unknown-sender /messages/0/type"]);
      expect(result).toMatchObject({ conversation: { messages: [{ sender: "agent" }] } });
    },
  );

  test.each([
    ["agent", "agent:3", null, "agent", "3"],
    ["agent", 3, null, "agent", "3"],
    ["agent", undefined, null, "agent", undefined],
    ["agent", "agent:3", "Sale", "bot", "3"],
    ["agent", "agent:3", "", "bot", "3"],
    ["agent", "system", null, "bot", undefined],
    ["agent", null, null, "bot", undefined],
    ["agent", "bot:7", null, "bot", "7"],
    ["visitor", "visitor:a:b", null, "visitor", "a:b"],
    ["visitor", "vid", null, "visitor", "vid"],
    ["visitor", "visitor:", null, "visitor", ""],
    ["visitor", "visitor", null, "visitor", undefined],
    ["system", "system", null, "system", undefined],
    ["system", "visitor:vid", null, "system", "vid"],
    ["robot", "system", null, "bot", undefined],
    ["robot", "visitor:vid", "Sale", "visitor", "vid"],
    ["robot", "elsewhere:9", null, "agent", "elsewhere:9"],
    ["", "constructor", null, "agent", "constructor"],
  ])("type %j, from %j, trigger %j: %s with id %j", (type, from, triggeredBy, sender, id) => {
    const document = withMessage({ type, triggeredBy, ...(from === undefined ? {} : { from }) });
    const message = conversationOf(smartsupp, document).messages[0];
    expect([message?.sender, message?.author?.id]).toEqual([sender, id]);
  });

  test("its identity is the conversation's id, at the channel", () => {
    for (const name of hooks) {
      expect(smartsupp.identity?.(hook(name))).toEqual({ id: model(name).id, pointer: "/channel/id" });
    }
  });
});

/** A valid body with one message made of these members. */
function withMessage(members: JsonObject): JsonObject {
  const message = { type: "agent", content: "agent.join", sentAt: 1714558803120, ...members };
  return { ...hook("revision-today-prefixed-from"), messages: [message] };
}

describe("writing a hook body", () => {
  // Older revisions and absent members come back in today's spelling, types and fields that no source names do not.
  test.each(hooks.filter((name) => !/revision-2018|anonymous|unknown/.test(name)))(
    "%s comes back byte for byte, with nothing to report",
    (name) => {
      const { result, diagnostics } = write(smartsupp, model(name));
      expect(stringifyJson(result.value)).toBe(stringifyJson(hook(name)));
      expect(diagnostics).toEqual([]);
    },
  );

  test.each(hooks)("%s gives the same conversation after being written and read again", (name) => {
    const first = model(name);
    const again = conversationOf(smartsupp, write(smartsupp, first).result.value);
    expect(stringifyJson(again as unknown as Json)).toBe(stringifyJson(first as unknown as Json));
  });

  test("the members stand in documented order, and only they", () => {
    const value = write(smartsupp, longTalk).result.value;
    const current = hook("revision-today-prefixed-from");
    expect(Object.keys(value)).toEqual(Object.keys(current));
    expect(Object.keys(value.channel as object)).toEqual(Object.keys(current.channel as object));
    expect(Object.keys(value.visitor as object)).toEqual(Object.keys(current.visitor as object));
    expect(Object.keys((value.messages as JsonObject[])[0]!)).toEqual([
      "type",
      "from",
      "content",
      "sentAt",
      "triggeredBy",
    ]);
  });

  test("what is written holds in the format's own schema", () => {
    for (const conversation of [longTalk, talk(), ...hooks.map(model)]) {
      expect(check(smartsupp, write(smartsupp, conversation).result.value).holds).toBe(true);
    }
  });

  test("what a foreign conversation does not tell is computed from its messages", () => {
    const { value } = write(smartsupp, longTalk).result;
    expect(value).toMatchObject({ beginAt: Date.UTC(2024, 5, 3, 9), endAt: Date.UTC(2024, 5, 3, 10, 40) });
    expect(value.channel).toMatchObject({
      isChat: true,
      isMissed: true,
      isTriggered: true,
      duration: 6000,
      firstResponse: 2400,
      // (2400.749 s + 630 s) / 2 = 1515.37 s
      avgResponse: 1515,
      messagesCount: 9,
      // Good morning | My order is late | Let me see | It left yesterday | Thanks a lot | You are welcome | Bye
      wordsCount: 19,
      rating: null,
      ratingDesc: null,
    });
  });

  test.each([
    ["nobody", talk(), [false, false, false, null, null, 0, 0]],
    ["visitor alone", talk(["10:00:00", "visitor", " two  words\n"]), [false, true, false, null, null, 1, 2]],
    ["agent alone", talk(["10:00:00", "agent", "Hello"]), [false, false, false, null, null, 1, 1]],
    [
      "a robot's answer is none",
      talk(["10:00:00", "visitor", "Hello"], ["10:00:05", "bot", "We are closed"]),
      [false, true, true, null, null, 2, 1],
    ],
    [
      "the robot asks first",
      talk(["09:59:00", "bot", "Help?"], ["10:00:00", "visitor", "Yes"], ["10:00:09.999", "agent", "How?"]),
      [true, false, true, 9, 9, 3, 2],
    ],
    [
      "two turns of 10 and 15 seconds",
      talk(
        ["10:00:00", "visitor", "a"],
        ["10:00:10", "agent", "b"],
        ["10:01:00", "visitor", "c"],
        ["10:01:05", "visitor", "d"],
        ["10:01:15", "agent", "e"],
        ["10:02:00", "agent", "f"],
      ),
      [true, false, false, 12, 10, 6, 6],
    ],
    [
      "the agent's clock is behind",
      talk(["10:00:00", "visitor", "a"], ["09:59:50", "agent", "b"]),
      [true, false, false, 0, 0, 2, 2],
    ],
  ] as const)(
    "counts by hand: %s",
    (_, conversation, [chat, missed, triggered, average, first, count, words]) => {
      expect(write(smartsupp, conversation).result.value.channel).toMatchObject({
        isChat: chat,
        isMissed: missed,
        isTriggered: triggered,
        avgResponse: average,
        firstResponse: first,
        messagesCount: count,
        wordsCount: words,
      });
    },
  );

  test("what cannot be known is invented, and said to be", () => {
    const { diagnostics } = write(smartsupp, longTalk);
    expect(diagnostics.every(({ code, pointer }) => code === "convert/invented" && pointer === "")).toBe(
      true,
    );
    expect(diagnostics.map(({ args }) => (args as { field: string }).field)).toEqual([
      "/accountId",
      "/channel/id",
      "/channel/isOffline",
      "/channel/isCompleted",
      "/channel/isDropped",
    ]);
  });

  test("the invented channel id depends on the conversation's id alone and is a safe integer", () => {
    const idOf = (id: string) => member(write(smartsupp, { ...longTalk, id }).result.value.channel, "id");
    expect(idOf("conversation 7")).toBe(
      member(write(smartsupp, { ...talk(), id: "conversation 7" }).result.value.channel, "id"),
    );
    expect(idOf("conversation 7")).not.toBe(idOf("conversation 8"));
    expect(Number.isSafeInteger(idOf("conversation 7")) && (idOf("conversation 7") as number) >= 0).toBe(
      true,
    );
  });

  test.each([
    ["smartsupp-4711-90210", "4711", "90210", []],
    ["smartsupp-0-9007199254740993", "0", "9007199254740993", []],
    ["smartsupp-1.0-5", "1.0", "5", []],
    ["smartsupp-007-5", "0", undefined, ["/accountId", "/channel/id"]],
    ["smartsupp-4711-coQ2m8Xz41Hd", "4711", undefined, ["/channel/id"]],
    ["smartsupp-4711-", "4711", undefined, ["/channel/id"]],
    ["smartsupp-1e400-5", "0", undefined, ["/accountId", "/channel/id"]],
    ["userlike-12-13", "0", undefined, ["/accountId", "/channel/id"]],
  ])("the id %s gives account %s and channel %s", (id, account, channel, invented) => {
    const { result, diagnostics } = write(smartsupp, { ...model("revision-today-prefixed-from"), id });
    const text = (value: Json | undefined) => stringifyJson(value ?? null);
    expect(text(result.value.accountId)).toBe(account);
    if (channel !== undefined) expect(text(member(result.value.channel, "id"))).toBe(channel);
    expect(diagnostics.map(({ args }) => (args as { field: string }).field)).toEqual(invented);
  });

  test("a visitor id that is no whole number is made of its text, and reported", () => {
    const written = (id: string) => write(smartsupp, { ...model("triggers-only"), visitor: { id } });
    expect(member(written("12345678901234567890").result.value.visitor, "id")).toEqual(
      new ExactNumber("12345678901234567890"),
    );
    expect(written("12345678901234567890").diagnostics).toEqual([]);
    expect(Number.isSafeInteger(member(written("vi77").result.value.visitor, "id"))).toBe(true);
    expect(written("vi77").diagnostics.map(({ args }) => args)).toMatchObject([{ field: "/visitor/id" }]);
    expect(written("1.5").diagnostics).toHaveLength(1);
  });

  test("a time finer than a millisecond is cut off, and reported at its place in the model", () => {
    const fine = {
      ...talk(["10:00:00.1239", "visitor", "a"]),
      startedAt: instant("1969-12-31T23:59:59.9999Z"),
    };
    const { result, diagnostics } = write(smartsupp, fine);
    expect(result.value).toMatchObject({
      beginAt: -1,
      messages: [{ sentAt: Date.UTC(2024, 5, 3, 10, 0, 0, 123) }],
    });
    const lost = diagnostics.filter(({ code }) => code === "convert/precision-lost");
    expect(places(lost)).toEqual([
      "convert/precision-lost /messages/0/sentAt",
      "convert/precision-lost /startedAt",
    ]);
    expect(lost[0]?.args).toEqual({
      found: "2024-06-03T10:00:00.1239Z",
      written: "2024-06-03T10:00:00.123Z",
    });
  });

  test("one known time serves for the other, none gives 1970, reported", () => {
    const started = { ...talk(), startedAt: instant("2024-06-03T10:00:00Z") };
    expect(write(smartsupp, started).result.value).toMatchObject({
      beginAt: 1717408800000,
      endAt: 1717408800000,
    });
    const { result, diagnostics } = write(smartsupp, talk());
    expect(result.value).toMatchObject({ beginAt: 0, endAt: 0 });
    expect(diagnostics.map(({ args }) => (args as { field: string }).field)).toEqual(
      expect.arrayContaining(["/beginAt", "/endAt"]),
    );
  });

  test.each([
    ["agent", { id: "3" }, undefined, "agent:3", null],
    ["agent", undefined, undefined, "agent", null],
    ["agent", { id: "3" }, "Sale", "agent:3", null],
    ["bot", undefined, "Sale", "system", "Sale"],
    ["bot", undefined, undefined, "system", null],
    ["bot", { id: "3" }, "Sale", "agent:3", "Sale"],
    ["bot", { id: "7" }, undefined, "bot:7", null],
    ["visitor", { id: "vid" }, undefined, "visitor:vid", null],
    ["system", { id: "3" }, undefined, "agent:3", null],
    ["system", { id: "vid" }, undefined, "visitor:vid", null],
    ["system", undefined, undefined, "system", null],
  ] as const)(
    "a message of %s, author %j, trigger %j is from %j, triggered by %j",
    (sender, author, trigger, from, by) => {
      const message: Message = {
        ...longTalk.messages[0]!,
        sender,
        ...(author === undefined ? {} : { author }),
        ...(trigger === undefined ? {} : { trigger }),
      };
      const [wire] = write(smartsupp, { ...longTalk, messages: [message] }).result.value
        .messages as JsonObject[];
      expect([wire?.type, wire?.from, wire?.triggeredBy]).toEqual([
        sender === "bot" ? "agent" : sender,
        from,
        by,
      ]);
    },
  );
});

describe("any conversation", () => {
  const text = fc.string({ unit: anyCharacter, maxLength: 12 });
  const time = fc
    .integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 })
    .map((ms) => instantFromMs(ms)!);
  const count = fc.oneof(
    fc.nat(),
    fc.bigInt({ min: 0n, max: 10n ** 30n }).map((digits) => numberFrom(String(digits))),
  );
  const scalar: fc.Arbitrary<Json> = fc.oneof(text, fc.boolean(), fc.constant(null), count);
  const key = fc.oneof(text, fc.constantFrom("__proto__", "constructor", "a/b", "~1", "*"));
  const variables = fc
    .array(fc.tuple(key, fc.oneof(scalar, fc.array(scalar, { minLength: 1 }))))
    .map((members) => {
      const object: Record<string, Json> = {};
      for (const [name, value] of members) setMember(object, name, value);
      return object as JsonObject;
    });
  const some = <T extends Record<string, fc.Arbitrary<unknown>>>(members: T) =>
    fc.record(members, { requiredKeys: [] });
  const visitor = some({
    ...Object.fromEntries(
      [
        "id",
        "name",
        "email",
        "phone",
        "note",
        "group",
        "ipAddress",
        "city",
        "countryCode",
        "country",
        "locale",
      ]
        .concat("userAgent", "platform", "referrer")
        .map((name) => [name, text]),
    ),
    variables,
  });
  const plainMessage = fc.record({
    id: text,
    sender: fc.constantFrom("visitor", "agent", "system"),
    text,
    sentAt: time,
    author: some({ id: text, name: text, email: text }),
  });
  const botMessage = fc.record(
    {
      id: text,
      sender: fc.constant("bot"),
      text,
      sentAt: time,
      author: some({ id: text, name: text, email: text }),
      trigger: text,
    },
    { requiredKeys: ["id", "sender", "text", "sentAt"] },
  );
  const flags = Object.fromEntries(
    ["chat", "missed", "triggered", "offline", "completed", "dropped"].map((name) => [name, fc.boolean()]),
  );
  const metrics = Object.fromEntries(
    ["durationSeconds", "averageResponseSeconds", "firstResponseSeconds", "messages", "words"].map((name) => [
      name,
      count,
    ]),
  );
  const conversation = fc.record(
    {
      id: fc.oneof(
        text,
        fc.nat().map((id) => `smartsupp-1-${id}`),
      ),
      origin: fc.constant({ format: "ferndesk" }),
      startedAt: time,
      endedAt: time,
      visitor,
      rating: some({ score: count, text }),
      flags: some(flags),
      metrics: some(metrics),
      pages: fc.array(some({ url: text, title: text })),
      messages: fc.array(fc.oneof(plainMessage, botMessage)),
    },
    { requiredKeys: ["id", "origin", "messages"] },
  ) as fc.Arbitrary<unknown> as fc.Arbitrary<Conversation>;

  const carriedLeaves = (one: Conversation) =>
    leaves(one).filter(([pointer]) =>
      smartsupp.carries.some((pattern) => bind(pattern, pointer) !== undefined),
    );

  test("keeps everything that the format carries, through its text and back", () => {
    fc.assert(
      fc.property(conversation, (before) => {
        const { value } = write(smartsupp, before).result;
        const after = new Map(leaves(conversationOf(smartsupp, value)));
        for (const [pointer, leaf] of carriedLeaves(before))
          expect([pointer, after.get(pointer)]).toEqual([pointer, leaf]);
      }),
      { numRuns: 300 },
    );
  });

  test("writes what the schema accepts and the parser reads back, and the same again", () => {
    fc.assert(
      fc.property(conversation, (before) => {
        const { value } = write(smartsupp, before).result;
        expect(check(smartsupp, value).diagnostics.filter(({ code }) => code.startsWith("schema/"))).toEqual(
          [],
        );
        const printed = stringifyJson(value);
        const parsed = parseJson(printed);
        if (parsed.ok) {
          const again = write(smartsupp, conversationOf(smartsupp, parsed.value as JsonObject)).result.value;
          expect(stringifyJson(again.messages as Json)).toBe(stringifyJson(value.messages as Json));
          expect(stringifyJson(member(again.visitor, "variables")!)).toBe(
            stringifyJson(member(value.visitor, "variables")!),
          );
        } else {
          expect(parsed.problem.code).toBe("json/lone-surrogate");
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("recognising a hook body", () => {
  test("says which marks it has and which it lacks", () => {
    expect(smartsupp.recognise(hook("triggers-only"))).toEqual({
      score: 1,
      why: "has accountId, channel and messages[].sentAt",
    });
    expect(smartsupp.recognise({ accountId: 1, channel: {} })).toEqual({
      score: 0.6,
      why: "it lacks messages[].sentAt",
    });
    expect(smartsupp.recognise({ messages: [] })).toEqual({
      score: 0.2,
      why: "it lacks accountId and channel",
    });
    expect(smartsupp.recognise({})).toEqual({
      score: 0,
      why: "it has none of accountId, channel and messages[].sentAt",
    });
  });

  test("never throws, whatever the document", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom("accountId", "channel", "messages", "x"), fc.jsonValue()),
        (document) => {
          expect(smartsupp.recognise(document as JsonObject).score).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});
