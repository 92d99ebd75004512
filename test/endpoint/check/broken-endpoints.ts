import { brotliCompressSync, gzipSync } from "node:zlib";
import type { DiagnosticCode } from "../../../src/diagnostics/diagnostic.ts";
import type { StepName } from "../../../src/endpoint/check/types.ts";
import type { Script } from "../../support/fault-server.ts";
import type { TestCertificate } from "../../support/test-ca.ts";
import { document, json, message, SOUND, status, talk } from "./answers.ts";

/** An endpoint with one fault, and the one code that says so. */
export interface BrokenEndpoint {
  readonly what: string;
  readonly code: DiagnosticCode;
  readonly step: StepName;
  /** 0 for a warning or info. */
  readonly exit: number;
  readonly answer?: Script | string | Uint8Array;
  /** Behind TLS with this certificate. */
  readonly certificate?: TestCertificate;
  readonly tls?: object;
  /** Of the address; `$` stands for the server's scheme, host and port. */
  readonly url?: string;
  readonly args?: readonly string[];
  /** Goes on until the time limit strikes. */
  readonly isTimeLimited?: boolean;
  /** Other findings that come with it. */
  readonly also?: readonly DiagnosticCode[];
}

type Endpoints = readonly (readonly [
  what: string,
  code: DiagnosticCode,
  exit: number,
  answer: BrokenEndpoint["answer"],
  more?: Partial<BrokenEndpoint>,
])[];

function all(step: StepName, endpoints: Endpoints): BrokenEndpoint[] {
  return endpoints.map(([what, code, exit, answer, more = {}]) => ({
    ...{ what, code, step, exit },
    ...(answer === undefined ? {} : { answer }),
    ...more,
  }));
}

const silent: Script = () => undefined;
const chunked = (...parts: readonly string[]) =>
  ["HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n", ...parts].join(
    "",
  );
const redirect = (code: number, location: string) => status(code, `location: ${location}`);

const urls = all("url", [
  ["no URL", "check/url-invalid", 2, undefined, { url: "support.example.com/endpoint.json" }],
  ["another scheme", "check/url-scheme", 2, undefined, { url: "ftp://support.example.com/endpoint.json" }],
  ["a password in it", "check/url-credentials", 1, json(SOUND), { url: "http://staff:canary@$host/x" }],
  ["a fragment", "check/url-fragment", 0, json(SOUND), { url: "$/x#latest" }],
  ["blanks around", "check/url-rewritten", 0, json(SOUND), { url: " $/x " }],
  ["no encryption", "check/url-http", 0, json(SOUND)],
  ["an address as one number", "check/odd-address", 0, json(SOUND), { url: "http://2130706433:$port/x" }],
  ["an address in octal", "check/odd-address", 0, json(SOUND), { url: "http://0177.0.0.1:$port/x" }],
  ["an address in hexadecimal", "check/odd-address", 0, json(SOUND), { url: "http://0x7f.1:$port/x" }],
  ["a local name", "check/local-name", 0, json(SOUND), { url: "http://localhost:$port/x" }],
]);

const reach = [
  ...all("name", [
    [
      "a name that does not exist",
      "check/name-not-found",
      5,
      undefined,
      {
        url: "https://name.invalid/endpoint.json",
        also: ["check/local-name"],
      },
    ],
    ["a loopback address", "check/private-address", 0, json(SOUND)],
  ]),
  ...all("connection", [
    ["nobody listening", "check/connection-refused", 5, undefined, { url: "http://127.0.0.1:$closed/" }],
  ]),
];

const trusting = (certificate: TestCertificate, more: Partial<BrokenEndpoint> = {}) => ({
  certificate,
  ...more,
});
const OLD = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" };

const tls = all("tls", [
  ["expired", "check/tls-expired", 5, json(SOUND), trusting("expired")],
  ["not yet valid", "check/tls-not-yet-valid", 5, json(SOUND), trusting("not-yet-valid")],
  ["for another name", "check/tls-wrong-name", 5, json(SOUND), trusting("wrong-name")],
  ["signed by itself", "check/tls-self-signed", 5, json(SOUND), trusting("self-signed")],
  ["of an unknown authority", "check/tls-unknown-root", 5, json(SOUND), trusting("unknown-root")],
  ["without its chain", "check/tls-incomplete-chain", 5, json(SOUND), trusting("incomplete-chain")],
  ["made for clients", "check/tls-bad-certificate", 5, json(SOUND), trusting("client")],
  ["TLS 1.1", "check/tls-old-protocol", 5, json(SOUND), trusting("server", { tls: OLD })],
  [
    "a client certificate asked for",
    "check/tls-client-certificate",
    5,
    json(SOUND),
    trusting("server", {
      tls: { requestCert: true, rejectUnauthorized: true },
    }),
  ],
  ["plain HTTP behind https", "check/tls-not-spoken", 5, undefined, { url: "https://127.0.0.1:$garbled/x" }],
  [
    "silence instead of TLS",
    "check/tls-timeout",
    5,
    undefined,
    { url: "https://127.0.0.1:$port/x", isTimeLimited: true },
  ],
]);

const redirects = all("redirects", [
  [
    "one redirect",
    "check/redirect",
    0,
    (reply, { target }) => reply.send(target === "/x" ? redirect(302, "/y") : json(SOUND)),
  ],
  [
    "a loop",
    "check/redirect-loop",
    1,
    (reply, { target }) => reply.send(redirect(301, target === "/x" ? "/y" : "/x")),
    { also: ["check/redirect"] },
  ],
  [
    "too many",
    "check/redirect-limit",
    1,
    (reply, _, index) => reply.send(redirect(307, `/${index}`)),
    {
      also: ["check/redirect"],
    },
  ],
  ["nowhere to", "check/redirect-without-location", 1, status(302)],
  ["to a file", "check/redirect-bad-location", 1, redirect(302, "file:///etc/passwd")],
  ["to a data URL", "check/redirect-bad-location", 1, redirect(302, "data:application/json,{}")],
  ["to nonsense", "check/redirect-bad-location", 1, redirect(302, "http://")],
  [
    "from https to http",
    "check/redirect-to-http",
    1,
    redirect(301, "http://127.0.0.1/x"),
    {
      certificate: "server",
      also: ["check/redirect"],
    },
  ],
  [
    "to another inner host",
    "check/redirect-to-private",
    1,
    redirect(301, "http://169.254.169.254/latest"),
    {
      also: ["check/redirect"],
    },
  ],
  [
    "the query lost",
    "check/query-lost",
    0,
    (reply, { target }) => reply.send(target.startsWith("/x") ? redirect(302, "/y") : json(SOUND)),
    {
      url: "$/x?startDate=2025-01-01",
      also: ["check/redirect"],
    },
  ],
]);

const statuses = all("status", [
  ["silence", "check/answer-timeout", 5, silent, { isTimeLimited: true }],
  ["a reset", "check/connection-reset", 5, (reply) => reply.reset()],
  ["a hang-up", "check/connection-closed", 5, (reply) => reply.end()],
  ["something that is not HTTP", "check/not-http", 1, "220 mail.example.com ESMTP\r\n"],
  [
    "two lengths",
    "check/not-http",
    1,
    "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}",
  ],
  ["TLS behind http", "check/https-expected", 1, "\x15\x03\x01\x00\x02\x02\x46"],
  [
    "a web server that says it speaks TLS",
    "check/https-expected",
    1,
    (reply) => {
      reply.send("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n");
      reply.send("<center>The plain HTTP request was sent to HTTPS port</center>");
      reply.end();
    },
  ],
  [
    "headers without end",
    "check/headers-too-large",
    1,
    `HTTP/1.1 200 OK\r\nx: ${"y".repeat(70_000)}\r\n\r\n{}`,
  ],
  [
    "HTTP/1.0",
    "check/old-http",
    0,
    (reply) => {
      reply.send("HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n", SOUND);
      reply.end();
    },
  ],
  ["a login", "check/unauthorized", 5, status(401, 'www-authenticate: Basic realm="staff"')],
  ["no right", "check/forbidden", 5, status(403)],
  ["a challenge", "check/bot-protection", 5, status(403, "cf-mitigated: challenge")],
  ["nothing there", "check/not-found", 1, status(404)],
  ["no GET", "check/method-not-allowed", 1, status(405, "allow: POST")],
  ["nothing acceptable", "check/not-acceptable", 1, status(406)],
  ["gone", "check/gone", 1, status(410)],
  ["asked too often", "check/rate-limited", 1, status(429, "retry-after: 120")],
  ["a bad request", "check/client-error", 1, status(418)],
  ["a crash", "check/server-error", 5, status(500)],
  ["nothing behind the gateway", "check/bad-gateway", 5, status(502)],
  ["out of service", "check/unavailable", 5, status(503, "retry-after: 60")],
  ["no content", "check/no-content", 1, "HTTP/1.1 204 No Content\r\n\r\n"],
  ["a part", "check/partial-content", 1, status(206)],
  [
    "created",
    "check/unusual-success",
    0,
    Buffer.concat([
      Buffer.from(
        `HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: ${SOUND.length}\r\n\r\n`,
      ),
      Buffer.from(SOUND),
    ]),
  ],
  ["a status of its own", "check/unusual-status", 1, status(999)],
  ["not modified", "check/unusual-status", 1, "HTTP/1.1 304 Not Modified\r\n\r\n"],
]);

const types = all("content-type", [
  ["no content type", "check/no-content-type", 0, json(SOUND, { "content-type": undefined })],
  ["text/html", "check/wrong-content-type", 0, json(SOUND, { "content-type": "text/html; charset=utf-8" })],
  [
    "Latin-1",
    "check/wrong-charset",
    0,
    json(SOUND, { "content-type": "application/json; charset=ISO-8859-1" }),
  ],
  ["gzip", "check/compressed-anyway", 0, json(gzipSync(SOUND), { "content-encoding": "gzip" })],
  ["brotli", "check/compressed-anyway", 0, json(brotliCompressSync(SOUND), { "content-encoding": "br" })],
  ["an unknown coding", "check/unknown-coding", 1, json(SOUND, { "content-encoding": "zstd" })],
  ["a chain of codings", "check/unknown-coding", 1, json(SOUND, { "content-encoding": "gzip, gzip" })],
]);

const bodies = all("body", [
  [
    "plain text that claims gzip",
    "check/broken-compression",
    1,
    json(SOUND, { "content-encoding": "gzip" }),
    {
      also: ["check/compressed-anyway"],
    },
  ],
  [
    "half a gzip",
    "check/broken-compression",
    1,
    json(gzipSync(SOUND).subarray(0, 90), { "content-encoding": "gzip" }),
    {
      also: ["check/compressed-anyway"],
    },
  ],
  ["gzip that does not say so", "check/undeclared-compression", 1, json(gzipSync(SOUND))],
  ["too much", "check/too-large", 1, json(SOUND), { args: ["--max-body-bytes", "100"] }],
  ["no end", "check/too-large", 1, (reply) => pour(reply.socket), { args: ["--max-body-bytes", "1MiB"] }],
  [
    "a bomb",
    "check/inflated-too-large",
    1,
    json(gzipSync(Buffer.alloc(40_000_000, " ")), { "content-encoding": "gzip" }),
    {
      args: ["--max-body-bytes", "1MiB"],
      also: ["check/compressed-anyway"],
    },
  ],
  [
    "a body that stalls",
    "check/body-timeout",
    1,
    json(SOUND, { "content-length": "9999" }),
    { isTimeLimited: true },
  ],
  [
    "a body that is cut",
    "check/body-cut",
    1,
    (reply) => {
      reply.send(json(SOUND, { "content-length": "9999" }));
      reply.end();
    },
  ],
  [
    "chunks that are cut",
    "check/body-cut",
    1,
    (reply) => {
      reply.send(chunked('5\r\n{"con\r\n'));
      reply.end();
    },
  ],
  ["chunks of no size", "check/body-broken", 1, chunked('5\r\n{"con\r\nxyz\r\n')],
  ["a length that is short", "check/content-length-short", 1, json(SOUND, { "content-length": "100" })],
  ["nothing", "check/empty-body", 1, json("")],
  ["blanks only", "check/empty-body", 1, json("  \n")],
  [
    "a slow answer",
    "check/slow",
    0,
    (reply) => {
      setTimeout(() => reply.send(json(SOUND)), 60);
    },
    { args: ["--slow", "50ms"] },
  ],
]);

const PAGE = (title: string, body: string) =>
  `<!doctype html><html><head><title>${title}</title></head><body>${body}</body></html>`;

const texts = all("json", [
  ["a byte order mark", "check/byte-order-mark", 0, json(`\ufeff${SOUND}`)],
  ["UTF-16", "check/not-utf8", 1, json(Buffer.from(SOUND, "utf16le"))],
  ["a web page", "check/markup", 1, json(PAGE("Our shop", "<h1>Welcome</h1>"))],
  ["a login page", "check/markup", 1, json(PAGE("Staff", "<form><input type=password></form>"))],
  ["plain text", "check/not-json", 1, json("Not available today.")],
  ["JSON Lines", "check/json-lines", 1, json(`${JSON.stringify(talk("a"))}\n${JSON.stringify(talk("b"))}\n`)],
  [
    "two documents",
    "check/json-lines",
    1,
    json(SOUND + SOUND),
    { also: ["meaning/duplicate-id", "check/message-ids-repeat", "check/not-newest-first"] },
  ],
  ["a missing comma", "json/syntax", 1, json(SOUND.replace('"b",', '"b"'))],
  ["a trailing comma", "json/trailing-comma", 1, json(SOUND.replace(/\n {2}\]\n/, ",\n  ]\n"))],
  ["half a document", "json/unexpected-end", 1, json(SOUND.slice(0, 200))],
  [
    "bytes that are no UTF-8",
    "json/invalid-utf8",
    1,
    json(Buffer.from(SOUND.replace("parcel", "p\u00e4ckchen"), "latin1")),
  ],
  ["a key twice", "json/duplicate-key", 0, json(SOUND.replace('"id": "b",', '"id": "z",\n"id": "b",'))],
  ["the list, then null", "json/duplicate-list", 1, json(SOUND.replace(/\}\s*$/, ',"conversations":null}'))],
  ["the list, then none", "json/duplicate-list", 1, json(SOUND.replace(/\}\s*$/, ',"conversations":[]}'))],
  ["null, then the list", "json/duplicate-list", 1, json(SOUND.replace("{", '{"conversations":null,'))],
  [
    "a list, then another",
    "json/duplicate-list",
    1,
    json(SOUND.replace(/\}\s*$/, `,"c\\u006fnversations":${JSON.stringify([talk("c")])}}`)),
    { also: [] },
  ],
  ["a raw control character", "json/control-character", 1, json(SOUND.replace("parcel", "par\u0001cel"))],
]);

const shapes = all("schema", [
  ["a bare list", "check/root-is-list", 1, json(`[${JSON.stringify(talk("a"))}]`)],
  ["an empty list", "check/root-is-list", 1, json("[]")],
  ["null", "check/root-not-object", 1, json("null")],
  ["an error in JSON", "check/no-conversations-key", 1, json('{"error":"no such tenant"}')],
  ["a misspelt key", "check/no-conversations-key", 1, json(SOUND.replace("conversations", "conversation"))],
  ["a list one level too deep", "check/no-conversations-key", 1, json(`{"data":${SOUND}}`)],
  ["a single conversation", "check/no-conversations-key", 1, json(JSON.stringify(talk("a")))],
  [
    "an object of conversations",
    "check/conversations-not-a-list",
    1,
    json(JSON.stringify({ conversations: { a: talk("a") } })),
  ],
  ["a missing field", "schema/missing-field", 1, json(document(talk("a", { lastMessageAt: undefined })))],
  ["a number as id", "schema/wrong-type", 1, json(document(talk("a", { id: 12 })))],
  [
    "an unknown role",
    "schema/wrong-value",
    1,
    json(
      document(
        talk("a", {
          messages: [
            message("1", { role: "visitor" }),
            message("2", { role: "agent", createdAt: "2026-03-02T09:05:00Z" }),
          ],
        }),
      ),
    ),
  ],
  ["an unknown field", "schema/unknown-field", 0, json(document({ ...talk("a"), subject: "Parcel" }))],
  ["a conversation that is none", "format/not-an-object", 1, json('{"conversations":["a"]}')],
]);

const meanings = all("meaning", [
  ["no conversation", "check/no-conversations", 0, json('{"conversations":[]}')],
  [
    "too many",
    "check/too-many-conversations",
    0,
    json(document(...Array.from({ length: 3001 }, (_, i) => talk(`t${i}`)))),
  ],
  [
    "an id twice",
    "meaning/duplicate-id",
    0,
    json(document(talk("a"), talk("a", { messages: [message("9", { createdAt: "2026-03-02T09:05:00Z" })] }))),
  ],
  [
    "a message id twice",
    "meaning/duplicate-id",
    0,
    json(
      document(
        talk("a", {
          messages: [message("1"), message("1", { createdAt: "2026-03-02T09:05:00Z" })],
        }),
      ),
    ),
  ],
  [
    "lastMessageAt that is another",
    "meaning/last-message-at",
    0,
    json(document(talk("a", { lastMessageAt: "2026-03-02T10:00:00Z" }))),
  ],
  [
    "messages out of order",
    "meaning/times-not-ascending",
    0,
    json(
      document(
        talk("a", {
          messages: [message("1", { createdAt: "2026-03-02T09:05:00Z" }), message("2")],
        }),
      ),
    ),
  ],
  ["an empty conversation", "meaning/no-messages", 0, json(document(talk("a", { messages: [] })))],
  [
    "the future",
    "check/time-in-future",
    0,
    json(
      document(
        talk("a", {
          lastMessageAt: "2999-01-01T00:00:00Z",
          messages: [message("1", { createdAt: "2999-01-01T00:00:00Z" })],
        }),
      ),
    ),
  ],
  [
    "the oldest first",
    "check/not-newest-first",
    0,
    json(
      document(
        talk("a", {
          lastMessageAt: "2026-03-01T10:00:00Z",
          messages: [message("1", { createdAt: "2026-03-01T10:00:00Z" })],
        }),
        talk("b"),
      ),
    ),
  ],
  ["a relative url", "check/url-not-absolute", 0, json(document(talk("a", { url: "/talks/a" })))],
  [
    "two spellings of agent",
    "check/roles-mixed",
    0,
    json(
      document(
        talk("a", {
          messages: [
            message("1", { role: "agent" }),
            message("2", { role: "support_agent", createdAt: "2026-03-02T09:05:00Z" }),
          ],
        }),
      ),
    ),
  ],
  [
    "the other spelling of agent",
    "check/role-support-agent",
    0,
    json(
      document(
        talk("a", {
          messages: [message("1", { role: "support_agent", createdAt: "2026-03-02T09:05:00Z" })],
        }),
      ),
    ),
  ],
  [
    "ids of messages that repeat",
    "check/message-ids-repeat",
    0,
    json(
      document(
        talk("a", { messages: [message("1", { createdAt: "2026-03-02T09:05:00Z" })] }),
        talk("b", { messages: [message("1", { createdAt: "2026-03-02T09:05:00Z" })] }),
      ),
    ),
  ],
]);

/** Heeds startDate as `filter` says. */
function dated(filter: (date: string | null, time: string) => boolean): Script {
  const talks = ["2026-03-02T09:05:00Z", "2026-02-01T10:00:00Z", "2026-01-01T10:00:00Z"].map(
    (time, index) => ({
      time,
      talk: talk(`t${index}`, { lastMessageAt: time, messages: [message(`m${index}`, { createdAt: time })] }),
    }),
  );
  return (reply, { target }) => {
    const date = new URL(target, "http://x").searchParams.get("startDate");
    reply.send(json(document(...talks.filter(({ time }) => filter(date, time)).map((one) => one.talk))));
  };
}

const SINCE_FEBRUARY = "$/x?startDate=2026-02-01";
const heeds = (date: string | null, time: string) => date === null || time >= date;

const startDates = all("start-date", [
  ["no day", "check/start-date-format", 0, json(SOUND), { url: "$/x?startDate=01.02.2026" }],
  ["ignored", "check/start-date-ignored", 0, dated(() => true), { url: SINCE_FEBRUARY }],
  [
    "too early",
    "check/start-date-early",
    0,
    dated((date, time) => date === null || time >= "2026-01-01"),
    {
      args: ["--start-date", "2026-03-01"],
      answer: dated((date, time) => date === null || time >= "2026-02-01"),
    },
  ],
  [
    "one left out",
    "check/start-date-missing",
    0,
    dated((date, time) => date === null || time > `${date}T23`),
    { url: SINCE_FEBRUARY },
  ],
  [
    "all of the day left out",
    "check/start-date-missing",
    0,
    dated((date, time) => date === null || time > `${date}T23`),
    { url: "$/x?startDate=2026-03-02", also: ["check/no-conversations"] },
  ],
  [
    "an error with it",
    "check/start-date-failed",
    1,
    (reply, { target }) => reply.send(target.includes("startDate") ? status(400) : json(SOUND)),
    { args: ["--start-date", "2026-02-01"] },
  ],
  [
    "a crash over no day",
    "check/start-date-crash",
    0,
    (reply, request, index) => {
      if (request.target.includes("not-a-day")) reply.send(status(500));
      else void dated(heeds)(reply, request, index);
    },
    { url: SINCE_FEBRUARY },
  ],
]);

function pour(socket: { write(text: string, done: () => void): boolean; destroyed: boolean }): void {
  const more = () => {
    if (!socket.destroyed) socket.write(`10000\r\n${" ".repeat(65_536)}\r\n`, more);
  };
  socket.write(chunked(), more);
}

export const brokenEndpoints: readonly BrokenEndpoint[] = [
  ...urls,
  ...reach,
  ...tls,
  ...redirects,
  ...statuses,
  ...types,
  ...bodies,
  ...texts,
  ...shapes,
  ...meanings,
  ...startDates,
];
