import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type PlanReplayOptions, planReplay, type ReplayMessage, type ReplayPlan } from "../../src/index.ts";
import { endpoint, folder, hook, replay } from "../cli/replay-support.ts";
import type { ReceivedRequest } from "../support/fault-server.ts";
import { fixturePaths } from "../support/fixtures.ts";
import { root } from "../support/run-chatx.ts";

/** jtel stands apart: looking into its PDFs takes longer than all else. */
const VENDORS = ["smartsupp", "smartsupp-event", "userlike", "userlike-legacy", "ferndesk"];

/** All fixtures as one input; a payload of each folder comes twice. */
function fixtures(kind: "valid" | "invalid", vendors = VENDORS): Buffer {
  const files = vendors.flatMap((vendor) => {
    const paths = fixturePaths(`${vendor}/${kind}`);
    return [...paths, paths[0]!];
  });
  return Buffer.concat(files.flatMap((path) => [readFileSync(join(root, path)), Buffer.from("\n")]));
}

/** As captures hold them: with a method, and with headers of which some go out again. */
function captures(): Buffer {
  const lines = [
    {
      method: "PUT",
      headers: { "Content-Type": "application/vnd.chat+json", "X-Trace": "a" },
      body: hook(1),
    },
    { method: "PATCH", headers: { Cookie: "sid=1", Authorization: "Bearer old" }, body: hook(2) },
    { method: "POST", url: "https://old.example/hook", headers: {}, body: "no JSON at all" },
    { method: "POST", headers: { "X-Bad": "line\nbreak" }, body: hook(3) },
    { method: "GET", headers: {}, receivedAt: "2026-01-05T08:00:00Z", body: '{"a":1}' },
  ].map((one) => ({ ...one, body: typeof one.body === "string" ? one.body : JSON.stringify(one.body) }));
  return Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

async function planned(plan: ReplayPlan): Promise<ReplayMessage[]> {
  const messages: ReplayMessage[] = [];
  for await (const message of plan) messages.push(message);
  return messages;
}

const ENV = { TOKEN: "a-secret-of-the-run" };
const template = (name: string) => readFileSync(join(root, "fixtures/templates", name), "utf8");

/** Options of the library, and those of the command that say the same. */
type Case = readonly [name: string, options: Omit<PlanReplayOptions, "url">, args: readonly string[]];

const CASES: readonly Case[] = [
  ["no template", {}, []],
  [
    "headers, a variable and a secret",
    {
      headers: ["X-Line: $record.line", "X-Own: $var.name", "Authorization: Bearer $env.TOKEN"],
      vars: { name: "a b" },
      env: ENV,
      method: "put",
    },
    [
      ...["-H", "X-Line: $record.line", "-H", "X-Own: $var.name"],
      ...["-H", "Authorization: Bearer $env.TOKEN", "--var", "name=a b", "--method", "put"],
    ],
  ],
  ["a JSON body", { body: template("ticket.json") }, ["--body", "@fixtures/templates/ticket.json"]],
  [
    "an XML body with a type of its own",
    { body: template("soap.xml"), contentType: "application/soap+xml" },
    ["--body", "@fixtures/templates/soap.xml", "--content-type", "application/soap+xml"],
  ],
  [
    "a form",
    { body: template("ticket.form").trim(), contentType: "application/x-www-form-urlencoded" },
    ["--body", template("ticket.form").trim(), "--content-type", "application/x-www-form-urlencoded"],
  ],
  [
    "a format converted to",
    { to: "ferndesk", timeZone: "Europe/Berlin" },
    ["--to", "ferndesk", "--time-zone", "Europe/Berlin"],
  ],
  ["a report export", { to: "jtel", limit: 4 }, ["--to", "jtel", "--limit", "4"]],
  [
    "a selection",
    {
      since: "2020-01-01",
      until: "2026-02-01T00:00:00Z",
      shard: { index: 1, count: 2 },
      order: "none",
      limit: 20,
    },
    [
      ...["--since", "2020-01-01", "--until", "2026-02-01T00:00:00Z", "--shard", "1/2"],
      ...["--order", "none", "--limit", "20"],
    ],
  ],
];

/** Made by the connection, not by the plan. */
const OF_THE_CONNECTION = ["host", "connection", "content-length", "accept-encoding"];

function asReceived({ method, target, headers, body }: ReceivedRequest) {
  const own = headers.filter(([name]) => !OF_THE_CONNECTION.includes(name.toLowerCase()));
  return { method, target, headers: own, body: body.toString("latin1") };
}

function asPlanned({ request }: ReplayMessage) {
  const { method, url, headers, body } = request!;
  const { pathname, search } = new URL(url);
  return { method, target: pathname + search, headers, body: Buffer.from(body).toString("latin1") };
}

const byKey = (a: { headers: unknown }, b: { headers: unknown }) =>
  JSON.stringify(a.headers) < JSON.stringify(b.headers) ? -1 : 1;

/** Runs the command, dry and for good, and holds the plan against what reached the endpoint. */
async function expectSame(bytes: Uint8Array, [, options, args]: Case): Promise<ReplayMessage[]> {
  const server = await endpoint();
  const source = join(folder(), "input.json");
  writeFileSync(source, bytes);
  const isTemplated = options.body !== undefined || options.headers !== undefined;
  const url = `${server.url}/hook${isTemplated ? "/$conversation.id?line=$record.line" : ""}`;
  const command = [source, "--url", url, "--on-failure", "continue", ...args];
  const dry = JSON.parse((await replay([...command, "--dry-run", "--reporter", "json"], ENV)).stdout).plan;
  await replay(command, ENV);

  const codes: string[] = [];
  const plan = planReplay(bytes, { source, url, ...options, onFinding: ({ code }) => codes.push(code) });
  const messages = await planned(plan);
  const sendable = messages.filter(({ request }) => request !== undefined);
  expect(sendable.map(asPlanned).sort(byKey)).toEqual(server.requests.map(asReceived).sort(byKey));

  const { read, leftOut, rejected, ...counts } = plan.summary!;
  expect(counts).toEqual({ planned: dry.planned, unrenderable: dry.unrenderable });
  expect({ read, leftOut: Object.fromEntries(leftOut), rejected: Object.fromEntries(rejected) }).toEqual(
    dry.records,
  );
  expect(messages.map(({ sequence }) => sequence)).toEqual(messages.map((_, index) => index + 1));
  const formats: Record<string, Record<string, number>> = {};
  for (const { format = "", event = "" } of messages) {
    formats[format] ??= {};
    formats[format][event] = (formats[format][event] ?? 0) + 1;
  }
  expect(formats).toEqual(dry.formats);
  expect(codes.length > 0).toBe(rejected.size > 0);
  return messages;
}

describe("a plan is what the command sends", () => {
  test.each(CASES)("with %s", async (...one) => {
    const messages = await expectSame(fixtures("valid"), one);
    expect(messages.some(({ request }) => request !== undefined)).toBe(true);
    await expectSame(fixtures("invalid"), one);
    await expectSame(captures(), one);
  });

  test("of payloads with PDFs", async () => {
    const messages = await expectSame(fixtures("valid", ["jtel"]), CASES[0]!);
    expect(messages.every(({ format }) => format === "jtel")).toBe(true);
  });
});

const TO = "https://staging.example.com/hook";
const lines = (...documents: unknown[]) => documents.map((one) => `${JSON.stringify(one)}\n`).join("");

describe("a plan", () => {
  const payload = fc.oneof(
    fc
      .tuple(fc.integer({ min: 1, max: 3 }), fc.string({ maxLength: 20 }))
      .map(([id, text]) => lines(hook(id, text))),
    fc.constantFrom('{"oops":1,}\n', "[1]\n", '{"a":9007199254740993}\n', "\n", "\ufeff"),
  );

  test("is the same for the same input, in whatever pieces it comes", async () => {
    const options: PlanReplayOptions = {
      url: `${TO}/\${conversation.id:-none}`,
      headers: ["X-Uuid: $uuid"],
      body: '{"n":$record.index,"payload":$payload}',
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(payload, { maxLength: 8 }),
        fc.integer({ min: 1, max: 400 }),
        fc.constantFrom(undefined, "ferndesk"),
        async (payloads, size, to) => {
          const bytes = Buffer.from(payloads.join(""));
          const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, k) =>
            bytes.subarray(k * size, (k + 1) * size),
          );
          const ofBoth = { ...options, ...(to === undefined ? {} : { to }) };
          const plans = [planReplay(bytes, ofBoth), planReplay(pieces, ofBoth)] as const;
          const [whole, inPieces] = [await planned(plans[0]), await planned(plans[1])];
          expect(inPieces).toEqual(whole);
          expect(plans[1].summary).toEqual(plans[0].summary);
          expect(new Set(whole.map(({ identity }) => identity)).size).toBe(whole.length);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("says who a message is, when it was and what it waits for", async () => {
    const [message] = await planned(planReplay(lines(hook(7)), { url: TO, source: "a.jsonl" }));
    expect(message).toMatchObject({
      sequence: 1,
      source: "a.jsonl",
      record: 1,
      line: 1,
      format: "smartsupp",
      sentAt: "2024-05-01T10:30:41.905Z",
    });
    expect(message!.orderKey).toMatch(/^smartsupp-\d+-7$/);
    expect(message!.request!.headers).toContainEqual(["idempotency-key", `"${message!.identity}"`]);
  });

  test("has a reason where a payload lacks a value, and goes on", async () => {
    const plan = planReplay(lines({ a: "x" }, { b: 1 }, { a: "y" }), { url: `${TO}/$payload.a` });
    const messages = await planned(plan);
    expect(messages.map(({ request, reason }) => request?.url ?? reason)).toEqual([
      `${TO}/x`,
      "$payload.a is missing in this payload",
      `${TO}/y`,
    ]);
    expect(plan.summary).toMatchObject({ read: 3, planned: 3, unrenderable: 1 });
  });

  test("reads no more than its limit needs", async () => {
    let pulled = 0;
    function* input() {
      for (; pulled < 100; pulled++) yield lines(hook(pulled + 1));
    }
    const plan = planReplay(input(), { url: TO, limit: 2 });
    expect(await planned(plan)).toHaveLength(2);
    expect(pulled).toBeLessThan(10);
    expect(plan.summary).toMatchObject({ read: 2, planned: 2 });
  });

  test("hands over bytes that are the caller's alone", async () => {
    const messages = await planned(planReplay(lines(hook(1), hook(2)), { url: TO }));
    const second = Buffer.from(messages[1]!.request!.body).toString();
    new Uint8Array(messages[0]!.request!.body.buffer).fill(0);
    expect(Buffer.from(messages[1]!.request!.body).toString()).toBe(second);
  });

  test("knows the time only where it is given", async () => {
    const options = {
      url: TO,
      headers: ["X-At: $dateTime"],
      now: "2026-07-01T10:00:00Z",
      timeZone: "Europe/Berlin",
    };
    const [message] = await planned(planReplay(lines(hook(1)), options));
    expect(message!.request!.headers).toContainEqual(["X-At", "2026-07-01 12:00:00"]);
  });

  test.each<readonly [what: string, options: Partial<PlanReplayOptions>, words: string | RegExp]>([
    ["no url", { url: undefined as never }, "url says where to send"],
    ["no URL", { url: "staging.example.com" }, "a URL starts with"],
    ["a host from a payload", { url: "https://$payload.host/" }, "line 1, column 9 of the URL"],
    [
      "an unknown name",
      { body: '{"a":\n "$converation.id"}' },
      /\$converation.*line 2, column 3 of the body/,
    ],
    ["a token", { headers: ["X-T: $tokenResponse.body.JSON.t"] }, "it asks for no token"],
    ["a value of a profile", { url: `${TO}/$ClientsID` }, "it takes no profile"],
    ["the time", { url: `${TO}/$dateTime` }, "no clock is read"],
    ["a header that is none", { headers: ["nonsense"] }, "Name: value"],
    [
      "two content types",
      { headers: ["Content-Type: a/b"], contentType: "a/c", body: "x" },
      "exclude each other",
    ],
    ["HEAD", { method: "HEAD" }, "method is none"],
    ["an unknown format", { from: "nothing" }, "there is no format"],
    ["a format that cannot be written", { to: "smartsupp-event" }, "can be read, not written"],
    ["a time that is none", { since: "yesterday" }, "since is no ISO 8601 time"],
    ["an order that is none", { order: "random" as never }, "order is one of conversation, input, none, not"],
    ["a limit that is none", { limit: -1 }, "limit is no number of messages"],
    ["a shard that is none", { shard: { index: 3, count: 2 } }, "shard is none"],
  ])("is refused at once for %s", (_, options, words) => {
    const start = () => planReplay("", { url: TO, ...options });
    expect(start).toThrow(TypeError);
    expect(start).toThrow(words);
  });

  test("is refused for a secret that the command would refuse", () => {
    const start = () => planReplay("", { url: TO, headers: ["X-Key: $env.KEY"], env: { KEY: "abc" } });
    expect(start).toThrow(RangeError);
    expect(start).toThrow("$env.KEY");
  });
});
