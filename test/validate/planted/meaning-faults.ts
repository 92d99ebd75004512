import { type Fault, faults } from "./fault.ts";

/** Faults in what a payload is and in what its fields say of each other; most of them are warnings. */

const conversation = "ferndesk/valid/two-conversations.json#0";
const hook = "smartsupp/valid/revision-today-prefixed-from.json";
const session = "userlike/valid/chat-session_end.json";
const chatMeta = "userlike-legacy/valid/chat-meta_receive.json";

const meaning: readonly Fault[] = [
  ...faults("ferndesk", conversation, [
    {
      name: "a message that is older than the one before it",
      edits: [['"createdAt":«"2026-03-02T09:01:30Z"»', '⟦"2026-03-02T10:59:59+02:00"⟧']],
      code: "meaning/times-not-ascending",
      pointer: "/messages/1/createdAt",
      args: { time: "2026-03-02T08:59:59Z", previous: "2026-03-02T09:00:00Z" },
    },
    {
      name: "a last message's time that is not the last message's",
      edits: [['"lastMessageAt":«"2026-03-02T09:02:00Z"»', '⟦"2026-03-02T09:02:01Z"⟧']],
      code: "meaning/last-message-at",
      pointer: "/lastMessageAt",
      args: { wanted: "2026-03-02T09:02:00Z" },
    },
    {
      name: "two messages of one id",
      edits: [['«"m-3"»', '⟦"m-1"⟧']],
      code: "meaning/duplicate-id",
      pointer: "/messages/2/id",
      args: { id: "m-1", first: "/messages/0" },
    },
    {
      name: "an empty conversation",
      edits: [['"messages":«[…]»', "⟦[]⟧"]],
      code: "meaning/no-messages",
      pointer: "/messages",
    },
    {
      name: "a conversation with the id of another",
      base: "ferndesk/valid/no-url.json#0",
      edits: [
        ['«"77"»', '⟦"77"⟧'],
        ['«"Hi"»', '"Hi, once more"'],
      ],
      code: "meaning/duplicate-id",
      pointer: "/id",
      args: { id: "77" },
      isLikeNeighbour: "ferndesk/valid/no-url.json#0",
    },
  ]),
  ...faults("smartsupp", hook, [
    {
      name: "a message that is older than the one before it",
      edits: [['"sentAt":«1714559140020»', "⟦1714558855000⟧"]],
      code: "meaning/times-not-ascending",
      pointer: "/messages/5/sentAt",
      args: { time: "2024-05-01T10:20:55Z" },
    },
    {
      name: "a conversation that ends before it starts",
      edits: [['"endAt":«1714559441905»', "⟦1714558803119⟧"]],
      code: "meaning/end-before-start",
      pointer: "/endAt",
    },
    {
      name: "an empty conversation",
      edits: [['"messages":«[…]»', "⟦[]⟧"]],
      code: "meaning/no-messages",
      pointer: "/messages",
    },
    {
      name: "a conversation with the id of another",
      edits: [['"id":«90210»', "⟦90215⟧"]],
      code: "meaning/duplicate-id",
      pointer: "/channel/id",
      args: { id: "smartsupp-4711-90215" },
      isLikeNeighbour: "smartsupp/valid/non-ascii-and-emoji.json",
    },
  ]),
  ...faults("smartsupp-event", "smartsupp-event/valid/11-closed.json", [
    {
      name: "a conversation that finished before it was made",
      edits: [['"finished_at":«"2024-05-01T10:30:41.905Z"»', '⟦"2024-05-01T10:20:03.119Z"⟧']],
      code: "meaning/end-before-start",
      pointer: "/data/conversation/finished_at",
      args: { end: "2024-05-01T10:20:03.119Z" },
    },
  ]),
  ...faults("userlike", session, [
    {
      name: "a message that is older than the one before it",
      edits: [['"created_at":«"2024-05-13T08:06:02.330Z"»', '⟦"2024-05-13T08:01:09.001Z"⟧']],
      code: "meaning/times-not-ascending",
      pointer: "/transcript/2/created_at",
    },
    {
      name: "two messages of one id",
      edits: [['«"9f2c1b"»', '⟦"9f2c1a"⟧']],
      code: "meaning/duplicate-id",
      pointer: "/transcript/1/id",
      args: { id: "9f2c1a", first: "/transcript/0" },
    },
    {
      name: "a conversation that ends before it starts",
      edits: [['"ended_at":«"2024-05-13T08:20:00.000Z"»', '⟦"2024-05-13T08:00:40Z"⟧']],
      code: "meaning/end-before-start",
      pointer: "/ended_at",
    },
    {
      name: "an ended session with an empty transcript",
      edits: [['"transcript":«[…]»', "⟦[]⟧"]],
      code: "meaning/no-messages",
      pointer: "/transcript",
    },
    {
      name: "an ended session without a transcript",
      edits: [
        ['«{»"_type"', "⟦{"],
        ['«"transcript":[…],»"created_at":"2024-05-13T08:00:40.001Z"', ""],
      ],
      code: "format/no-transcript",
      pointer: "",
      args: { format: "Userlike" },
    },
  ]),
  ...faults("userlike-legacy", chatMeta, [
    {
      name: "a message that is older than the one before it",
      edits: [['"sent_at":«"2014-11-03 09:16:02"»', '⟦"2014-11-03 09:15:39"⟧']],
      code: "meaning/times-not-ascending",
      pointer: "/messages/2/sent_at",
    },
    {
      name: "a chat that ends before it starts",
      edits: [['"ended_at":«"2014-11-03 09:18:30"»', '⟦"2014-11-03 09:14:59"⟧']],
      code: "meaning/end-before-start",
      pointer: "/ended_at",
    },
    {
      name: "a finished chat without messages",
      edits: [['"messages":«[…]»,"notes"', "⟦[]⟧"]],
      code: "meaning/no-messages",
      pointer: "/messages",
    },
  ]),
];

const events: readonly Fault[] = [
  ...faults("smartsupp-event", "smartsupp-event/valid/06-agent-replied-content-text.json", [
    {
      name: "a misspelt event",
      edits: [['«"conversation.agent_replied"»', '⟦"conversation.agent_replyed"⟧']],
      code: "format/unknown-event",
      pointer: "/event",
      args: { event: "conversation.agent_replyed", nearest: "conversation.agent_replied" },
    },
  ]),
  ...faults("userlike", session, [
    {
      name: "a misspelt event",
      edits: [['"_event":«"end"»', '⟦"ende"⟧']],
      code: "format/unknown-event",
      pointer: "/_event",
      args: { type: "chat_session", event: "ende", nearest: "end" },
    },
    {
      name: "a misspelt event of operators",
      base: "userlike/valid/operator_online.json",
      edits: [['"_event":«"online"»', '⟦"onlin"⟧']],
      code: "format/unknown-event",
      pointer: "/_event",
      args: { nearest: "online" },
    },
    {
      name: "an event that is near none",
      edits: [['"_event":«"end"»', '⟦"translated"⟧']],
      code: "format/unknown-event",
      pointer: "/_event",
      args: { event: "translated", nearest: undefined },
    },
  ]),
  ...faults("userlike-legacy", chatMeta, [
    {
      name: "a misspelt event",
      edits: [['"_event":«"receive"»', '⟦"recieve"⟧']],
      code: "format/unknown-event",
      pointer: "/_event",
      args: { type: "chat_meta", nearest: "receive" },
    },
  ]),
];

const unknown: readonly Fault[] = [
  ...faults("ferndesk", conversation, [
    {
      name: "messages that are no list",
      edits: [
        ['«{»"id":"conv-1001"', "⟦{"],
        ['"messages":«[…]»', '"none"'],
      ],
      code: "format/unknown",
      pointer: "",
    },
    {
      name: "a text in place of a payload",
      edits: [["", '⟦"conv-1001"⟧']],
      code: "format/not-an-object",
      pointer: "",
      args: { found: "string" },
    },
  ]),
  ...faults("smartsupp", hook, [
    {
      name: "a body with one mark of its format",
      edits: [
        ['«{»"accountId"', "⟦{"],
        ['«"accountId"»', '"account"'],
        ['«"channel"»', '"chan"'],
      ],
      code: "format/unknown",
      pointer: "",
      args: { nearest: "Smartsupp POST hook" },
    },
    {
      name: "null in place of a payload",
      edits: [["", "⟦null⟧"]],
      code: "format/not-an-object",
      pointer: "",
      args: { found: "null" },
    },
  ]),
  ...faults("userlike", session, [
    {
      name: "a type that is near none",
      edits: [
        ['«{»"_type"', "⟦{"],
        ['«"chat_session"»', '"invoice"'],
      ],
      code: "format/unknown",
      pointer: "",
    },
  ]),
  ...faults("userlike-legacy", chatMeta, [
    {
      name: "a number in place of a payload",
      edits: [["", "⟦512⟧"]],
      code: "format/not-an-object",
      pointer: "",
      args: { found: "number" },
    },
  ]),
];

const leftovers: readonly Fault[] = faults("jtel", "jtel/valid/plain-pdf-in-lines.json", [
  {
    name: "a variable that was not filled in",
    edits: [['"chatConnector":«"Shop"»', '⟦"$chatConnector.name"⟧']],
    code: "meaning/template-leftover",
    pointer: "/chatConnector",
    args: { variable: "$chatConnector.name" },
  },
  {
    name: "a PDF whose Base64 has a letter that is none",
    edits: [['"dateTime":«"2024-05-01 10:26:00"»', '⟦"JVBERi0x*A=="⟧']],
    code: "schema/wrong-value",
    pointer: "/dateTime",
  },
]);

export const meaningFaults: readonly Fault[] = [...meaning, ...events, ...unknown, ...leftovers];
