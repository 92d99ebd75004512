import { type Fault, faults } from "./fault.ts";

/** Faults of the wire shapes: what is missing, of the wrong type, of the wrong value, or not known. */

const conversation = "ferndesk/valid/two-conversations.json#0";

const ferndesk = faults("ferndesk", conversation, [
  {
    name: "a conversation without an id",
    edits: [['«{"id":"conv-1001",»"url"', "⟦{"]],
    code: "schema/missing-field",
    pointer: "",
    args: { field: "id" },
  },
  {
    name: "a message without a role",
    edits: [
      ['«{»"id":"m-2"', "⟦{"],
      ['"id":"m-2",«"role":"agent",»', ""],
    ],
    code: "schema/missing-field",
    pointer: "/messages/1",
    args: { field: "role", wanted: 'one of "user", "agent", "support_agent"' },
  },
  {
    name: "a number as id",
    edits: [['«"conv-1001"»', "⟦1001⟧"]],
    code: "schema/wrong-type",
    pointer: "/id",
    args: { wanted: "a string", found: "number" },
  },
  {
    name: "a misspelt role",
    edits: [['"id":"m-1","role":«"user"»', '⟦"usre"⟧']],
    code: "schema/wrong-value",
    pointer: "/messages/0/role",
    args: { found: "usre", nearest: "user" },
  },
  {
    name: "a misspelt role of two words",
    edits: [['"role":«"agent"»', '⟦"suport_agent"⟧']],
    code: "schema/wrong-value",
    pointer: "/messages/1/role",
    args: { nearest: "support_agent" },
  },
  {
    name: "a role that is near none",
    edits: [['"role":«"agent"»', '⟦"moderator"⟧']],
    code: "schema/wrong-value",
    pointer: "/messages/1/role",
    args: { found: "moderator", nearest: undefined },
  },
  {
    name: "a time without a zone",
    edits: [['«"2026-03-02T09:00:00Z"»', '⟦"2026-03-02T09:00:00"⟧']],
    code: "schema/wrong-value",
    pointer: "/messages/0/createdAt",
    args: { wanted: "an ISO 8601 time with a zone" },
  },
  {
    name: "a day that does not exist",
    edits: [['"lastMessageAt":«"2026-03-02T09:02:00Z"»', '⟦"2026-02-30T09:02:00Z"⟧']],
    code: "schema/wrong-value",
    pointer: "/lastMessageAt",
  },
  {
    name: "a text in place of a message",
    edits: [['«{"id":"m-2",…}»,{"id":"m-3"', '⟦"Hello?"⟧']],
    code: "schema/wrong-type",
    pointer: "/messages/1",
    args: { wanted: "an object", found: "string" },
  },
  {
    name: "null as content",
    edits: [['«"4711"»', "⟦null⟧"]],
    code: "schema/wrong-type",
    pointer: "/messages/2/content",
    args: { found: "null" },
  },
  {
    name: "an object in place of the messages, the format being given",
    base: "ferndesk/valid/no-url.json#0",
    edits: [['"messages":«[…]»', '⟦{"first": {}}⟧']],
    code: "schema/wrong-type",
    pointer: "/messages",
    args: { wanted: "an array", found: "object" },
    isFormatGiven: true,
  },
  {
    name: "a misspelt optional field",
    edits: [['«"url"»', '⟦"urll"⟧']],
    code: "schema/unknown-field",
    pointer: "/urll",
    args: { field: "urll", nearest: "url" },
  },
  {
    name: "a field that no source names, in a message",
    edits: [['"role":"agent",«»"content"', '⟦"reactions"⟧: [], ']],
    code: "schema/unknown-field",
    pointer: "/messages/1/reactions",
    args: { field: "reactions", nearest: undefined },
  },
]);

const smartsupp = faults("smartsupp", "smartsupp/valid/revision-today-prefixed-from.json", [
  {
    name: "a body without its channel",
    edits: [
      ['«{»"accountId"', "⟦{"],
      ['«"channel":{…},»"visitor"', ""],
    ],
    code: "schema/missing-field",
    pointer: "",
    args: { field: "channel", wanted: "an object" },
  },
  {
    name: "a message without content",
    edits: [
      ['«{»"type":"agent","name":"Tom Becker","from":"agent:12","content":"Please choose', "⟦{"],
      ['"from":"agent:12",«"content":"Please choose the year at the top.",»', ""],
    ],
    code: "schema/missing-field",
    pointer: "/messages/5",
    args: { field: "content" },
  },
  {
    name: "a text as account id",
    edits: [['"accountId":«4711»', '⟦"4711"⟧']],
    code: "schema/wrong-type",
    pointer: "/accountId",
    args: { wanted: "a number", found: "string" },
  },
  {
    name: "null as channel id",
    edits: [['"id":«90210»', "⟦null⟧"]],
    code: "schema/wrong-type",
    pointer: "/channel/id",
  },
  {
    name: "a fraction as duration",
    edits: [['"duration":«638»', "⟦638.5⟧"]],
    code: "schema/wrong-value",
    pointer: "/channel/duration",
    args: { wanted: "a whole number", found: "638.5" },
  },
  {
    name: "a number as flag",
    edits: [['"isMissed":«false»', "⟦0⟧"]],
    code: "schema/wrong-type",
    pointer: "/channel/isMissed",
    args: { wanted: "a boolean", found: "number" },
  },
  {
    name: "a text as time",
    edits: [['"sentAt":«1714559140020»', '⟦"1714559140020"⟧']],
    code: "schema/wrong-type",
    pointer: "/messages/5/sentAt",
  },
  {
    name: "a time in microseconds",
    edits: [['"sentAt":«1714558840250»', "⟦1714558840250000⟧"]],
    code: "schema/wrong-value",
    pointer: "/messages/1/sentAt",
    args: { wanted: "a time in milliseconds since 1970" },
  },
  {
    name: "an object where a text, a number or null may stand",
    edits: [['«"agent:12"»,"content":"Good morning!', '⟦{"id": 12}⟧']],
    code: "schema/wrong-type",
    pointer: "/messages/3/from",
    args: { wanted: "a string or a number or null", found: "object" },
  },
  {
    name: "a list in place of an open object",
    edits: [['"variables":«{…}»},"paths"', '⟦[{"label": "Plan", "value": "basic"}]⟧']],
    code: "schema/wrong-type",
    pointer: "/visitor/variables",
    args: { found: "array" },
  },
  {
    name: "the correct spelling of a field that the vendor misspells",
    edits: [['«"referer"»', '⟦"referrer"⟧']],
    code: "schema/unknown-field",
    pointer: "/visitor/referrer",
    args: { field: "referrer", nearest: "referer" },
  },
  {
    name: "the same key spelt with an escape",
    edits: [['«"referer"»', '⟦"r\\u0065ferrer"⟧']],
    code: "schema/unknown-field",
    pointer: "/visitor/referrer",
    args: { field: "referrer", nearest: "referer" },
  },
  {
    name: "an unknown field whose name a pointer must escape",
    edits: [['"platform":"Linux x86_64",«»', '⟦"a/b~c ☺"⟧ : {"x": [1]}, ']],
    code: "schema/unknown-field",
    pointer: "/visitor/a~1b~0c ☺",
    args: { field: "a/b~c ☺", nearest: undefined },
  },
  {
    name: "a name of Object.prototype as unknown field",
    edits: [['"accountId":4711,«»', '⟦"__proto__"⟧:{"isChat":1},']],
    code: "schema/unknown-field",
    pointer: "/__proto__",
  },
]);

const reply = "smartsupp-event/valid/06-agent-replied-content-text.json";

const smartsuppEvent = faults("smartsupp-event", reply, [
  {
    name: "a misspelt type",
    edits: [['"type":«"event_callback"»', '⟦"event_calback"⟧']],
    code: "schema/wrong-value",
    pointer: "/type",
    args: { wanted: '"event_callback"', nearest: "event_callback" },
  },
  {
    name: "null as data",
    base: "smartsupp-event/valid/13-agent-unassigned-without-conversation.json",
    edits: [['"data":«{"unassigned":"12","unassigned_by":"14"}»', "⟦null⟧"]],
    code: "schema/wrong-type",
    pointer: "/data",
    args: { wanted: "an object", found: "null" },
  },
  {
    name: "a number as conversation id",
    edits: [['"conversation":{"id":«"coQ2m8Xz41Hd"»', "⟦7⟧"]],
    code: "schema/wrong-type",
    pointer: "/data/conversation/id",
  },
  {
    name: "an event time without a zone",
    edits: [['«"2024-05-01T10:21:13.600Z"»', '⟦"2024-05-01 10:21:13.600"⟧']],
    code: "schema/wrong-value",
    pointer: "/timestamp",
    args: { wanted: "an ISO 8601 time with a zone" },
  },
  {
    name: "an event without a time",
    edits: [
      ['«{»"type":"event_callback"', "⟦{"],
      ['«"timestamp":"2024-05-01T10:21:13.600Z",»', ""],
    ],
    code: "schema/missing-field",
    pointer: "",
    args: { field: "timestamp" },
  },
  {
    name: "a reply without its message",
    base: "smartsupp-event/valid/01-opened.json",
    edits: [
      ['«"conversation.opened"»', '"conversation.agent_replied"'],
      ['"data":«{»', "⟦{"],
    ],
    code: "schema/missing-field",
    pointer: "/data",
    args: { field: "message", wanted: "an object" },
  },
  {
    name: "a number as account id",
    edits: [['"account_id":«"4711"»', "⟦4711⟧"]],
    code: "schema/wrong-type",
    pointer: "/account_id",
    args: { wanted: "a string", found: "number" },
  },
  {
    name: "a list as content",
    edits: [['"content":«"Good morning! Under Account, then Invoices."»', '⟦["Good morning!"]⟧']],
    code: "schema/wrong-type",
    pointer: "/data/message/content",
    args: { found: "array" },
  },
  {
    name: "a delivery that names no conversation",
    base: "smartsupp-event/valid/07-message-delivered.json",
    edits: [
      ['"message":«{»', "⟦{"],
      ['«"conversation_id":"coQ2m8Xz41Hd",»', ""],
    ],
    code: "schema/missing-field",
    pointer: "/data/message",
    args: { field: "conversation_id" },
  },
  {
    name: "a misspelt field of a message",
    edits: [['«"trigger_name"»', '⟦"triger_name"⟧']],
    code: "schema/unknown-field",
    pointer: "/data/message/triger_name",
    args: { nearest: "trigger_name" },
  },
]);

const userlike = faults("userlike", "userlike/valid/chat-session_end.json", [
  {
    name: "a misspelt type",
    edits: [['«"chat_session"»', '⟦"chat_sesion"⟧']],
    code: "schema/wrong-value",
    pointer: "/_type",
    args: { wanted: '"chat_session"', nearest: "chat_session" },
  },
  {
    name: "a misspelt type of operators",
    base: "userlike/valid/operator_online.json",
    edits: [['"_type":«"operator"»', '⟦"opreator"⟧']],
    code: "schema/wrong-value",
    pointer: "/_type",
    args: { nearest: "operator" },
  },
  {
    name: "a body without its event",
    edits: [['«{"_type":"chat_session","_event":"end",»', '⟦{"_type": "chat_session",']],
    code: "schema/missing-field",
    pointer: "",
    args: { field: "_event" },
  },
  {
    name: "a text as id",
    edits: [["«5104417»", '⟦"5104417"⟧']],
    code: "schema/wrong-type",
    pointer: "/id",
    args: { wanted: "a number", found: "string" },
  },
  {
    name: "a fraction as id",
    edits: [["«5104417»", "⟦5104417.5⟧"]],
    code: "schema/wrong-value",
    pointer: "/id",
    args: { wanted: "a whole number" },
  },
  {
    name: "a message without its body",
    edits: [
      ['«{»"id":"9f2c1c"', "⟦{"],
      ['«"body":"Yes please 🙏🏽",»', ""],
    ],
    code: "schema/missing-field",
    pointer: "/transcript/2",
    args: { field: "body" },
  },
  {
    name: "a text in place of the topics",
    edits: [['"topics":«[…]»,"custom"', '⟦"billing, how-to"⟧']],
    code: "schema/wrong-type",
    pointer: "/topics",
    args: { wanted: "an array", found: "string" },
  },
  {
    name: "a text in place of a topic",
    edits: [['«{"text":"how-to"}»', '⟦"how-to"⟧']],
    code: "schema/wrong-type",
    pointer: "/topics/1",
  },
  {
    name: "a text that is no time",
    edits: [['"created_at":«"2024-05-13T08:01:09.002Z"»', '⟦"yesterday"⟧']],
    code: "schema/wrong-value",
    pointer: "/transcript/1/created_at",
    args: { found: "yesterday" },
  },
  {
    name: "a text as flag of the contact",
    edits: [['"is_blocked":«false»', '⟦"no"⟧']],
    code: "schema/wrong-type",
    pointer: "/contact/is_blocked",
    args: { wanted: "a boolean" },
  },
  {
    name: "a misspelt field of the contact",
    edits: [['«"phone_number"»', '⟦"pone_number"⟧']],
    code: "schema/unknown-field",
    pointer: "/contact/pone_number",
    args: { nearest: "phone_number" },
  },
]);

const legacy = faults("userlike-legacy", "userlike-legacy/valid/chat-meta_receive.json", [
  {
    name: "a misspelt type",
    edits: [['«"chat_meta"»', '⟦"chat_mata"⟧']],
    code: "schema/wrong-value",
    pointer: "/_type",
    args: { wanted: '"chat_meta"', nearest: "chat_meta" },
  },
  {
    name: "a misspelt type of offline messages",
    base: "userlike-legacy/valid/offline-message_receive.json",
    edits: [['«"offline_message"»', '⟦"offline_mesage"⟧']],
    code: "schema/wrong-value",
    pointer: "/_type",
    args: { nearest: "offline_message" },
  },
  {
    name: "a text as id",
    edits: [['"id":«512»', '⟦"512"⟧']],
    code: "schema/wrong-type",
    pointer: "/id",
  },
  {
    name: "an offline message without its message",
    base: "userlike-legacy/valid/offline-message_receive.json",
    edits: [
      ['«{»"_event":"receive"', "⟦{"],
      ['«"message":"Please call me back tomorrow.\\nPer",»', ""],
    ],
    code: "schema/missing-field",
    pointer: "",
    args: { field: "message" },
  },
  {
    name: "a message without text",
    edits: [['«{"message":"Does it come in green?",»', "⟦{"]],
    code: "schema/missing-field",
    pointer: "/messages/0",
    args: { field: "message" },
  },
  {
    name: "an hour that does not exist",
    edits: [['"sent_at":«"2014-11-03 09:15:40"»', '⟦"2014-11-03 25:15:40"⟧']],
    code: "schema/wrong-value",
    pointer: "/messages/1/sent_at",
    args: { found: "2014-11-03 25:15:40" },
  },
  {
    name: "a name in place of an operator",
    base: "userlike-legacy/valid/chat-meta_start.json",
    edits: [['"chat_widget":«{"id":4,"name":"Shop"}»', '⟦"Shop"⟧']],
    code: "schema/wrong-type",
    pointer: "/chat_widget",
    args: { wanted: "an object", found: "string" },
  },
  {
    name: "a text as rating",
    edits: [['"rate":«4»', '⟦"4"⟧']],
    code: "schema/wrong-type",
    pointer: "/rate",
  },
  {
    name: "the correct spelling of a field that the vendor misspells",
    edits: [['«"inital_url"»', '⟦"initial_url"⟧']],
    code: "schema/unknown-field",
    pointer: "/initial_url",
    args: { nearest: "inital_url" },
  },
]);

export const schemaFaults: readonly Fault[] = [
  ...ferndesk,
  ...smartsupp,
  ...smartsuppEvent,
  ...userlike,
  ...legacy,
];
