import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CaptureFacts } from "../../src/input/types.ts";
import { type PayloadFacts, Planner, type PlanOptions, type PlanRecord } from "../../src/replay/plan.ts";
import type { PlannedMessage, RenderInput, RequestRenderer } from "../../src/replay/types.ts";
import type { HttpRequest } from "../../src/transport/types.ts";

const plain: RequestRenderer = {
  fingerprint: "",
  render: () => ({ ok: true, url: "https://hooks.example.com/in", headers: [] }),
};

function record(text: string, capture?: CaptureFacts, source = "chats.jsonl", number = 1): PlanRecord {
  const start = { line: number, column: 1, offset: 0 } as PlanRecord["start"];
  return {
    source,
    number,
    start,
    bytes: new TextEncoder().encode(text),
    ...(capture === undefined ? {} : { capture }),
  };
}

function planner(options: Partial<PlanOptions> = {}): Planner {
  return new Planner({ renderer: plain, order: "conversation", ...options });
}

function planned(from: Planner, one: PlanRecord, facts: PayloadFacts = {}): PlannedMessage {
  const result = from.plan(one, facts);
  if ("leftOut" in result) throw new Error(result.leftOut);
  return result.message;
}

function requestOf(message: PlannedMessage): HttpRequest {
  const rendered = message.request(undefined);
  if (!rendered.ok) throw new Error(rendered.reason);
  return rendered.request;
}

function textOf({ body }: HttpRequest): string {
  return new TextDecoder().decode(body);
}

describe("a request", () => {
  test("carries the captured bytes as they are, also after the record's buffer is used again", () => {
    const one = record('{ "a" : 1.0 }');
    const message = planned(planner(), one);
    one.bytes.fill(0);
    expect(textOf(requestOf(message))).toBe('{ "a" : 1.0 }');
  });

  test("without a capture is a POST of application/json with its key", () => {
    const message = planned(planner(), record("{}"));
    expect(requestOf(message)).toMatchObject({
      method: "POST",
      url: "https://hooks.example.com/in",
      headers: [
        ["content-type", "application/json"],
        ["idempotency-key", `"${message.identity}"`],
      ],
    });
    expect(message.identity).toMatch(/^[0-9a-f]{32}$/);
  });

  test("takes method, headers and content type from the capture, but for what is stale or not its own", () => {
    const capture: CaptureFacts = {
      method: "PUT",
      headers: [
        ["Host", "old.example"],
        ["Content-Length", "2"],
        ["Content-Type", "application/vnd.chat+json"],
        ["Content-Encoding", "gzip"],
        ["User-Agent", "Vendor/1"],
        ["X-Event", "a"],
        ["X-Event", "b"],
        ["Connection", "close, X-Hop"],
        ["X-Hop", "1"],
        ["Transfer-Encoding", "chunked"],
        ["Cookie", "session=1"],
        ["Authorization", "Bearer old"],
        ["Proxy-Authorization", "Basic old"],
        ["Accept-Encoding", "br"],
        ...[
          ...[
            "Cookie2",
            "Signature",
            "Signature-Input",
            "X-Signature",
            "X-Webhook-Signature",
            "X-Smartsupp-Hmac",
          ],
          ...["Stripe-Signature", "X-Slack-Signature", "X-Slack-Request-Timestamp", "X-Shopify-Hmac-Sha256"],
          ...[
            "X-Userlike-Signature",
            "X-Signature-Ed25519",
            "X-Signature-Timestamp",
            "PAYPAL-TRANSMISSION-SIG",
          ],
          ...[
            "X-Amz-Signature",
            "X-Amz-Security-Token",
            "X-Amz-Date",
            "X-Twilio-Signature",
            "X-Hub-Signature",
          ],
          ...["X-Api-Key", "Api-Key", "X-Auth-Token", "X-Gitlab-Token", "X-Session-Id", "X-Access-Key"],
        ].map((name): [string, string] => [name, "old"]),
        ["X-Author", "Ann"],
        ["X-Event-Timestamp", "2024-05-01T10:00:00Z"],
        ["webhook-id", "1"],
        ["Webhook-Signature", "v1,x"],
        ["svix-timestamp", "1"],
        ["X-Hub-Signature-256", "sha256=0a"],
        ["Idempotency-Key", "old"],
        [":authority", "old.example"],
      ],
    };
    const message = planned(planner(), record("{}", capture));
    expect(requestOf(message)).toMatchObject({
      method: "PUT",
      headers: [
        ["Content-Type", "application/vnd.chat+json"],
        ["User-Agent", "Vendor/1"],
        ["X-Event", "a"],
        ["X-Event", "b"],
        ["X-Author", "Ann"],
        ["X-Event-Timestamp", "2024-05-01T10:00:00Z"],
        ["idempotency-key", `"${message.identity}"`],
      ],
    });
  });

  test.each(["CONNECT", "TRACE", "head", "GET x", ""])("is a POST where the capture says %j", (method) => {
    expect(requestOf(planned(planner(), record("{}", { method }))).method).toBe("POST");
  });

  test("has the method of --method before all", () => {
    const message = planned(planner({ method: "PATCH" }), record("{}", { method: "PUT" }));
    expect(requestOf(message).method).toBe("PATCH");
  });

  test.each([
    ["a\r\nX-Evil: 1", "b"],
    ["X-Name", "b\r\nX-Evil: 1"],
    ["X-Name", "b\0"],
    ["X-Name", "Ċ"],
    ["X Name", "b"],
    ["", "b"],
  ])("is refused when a captured header cannot be sent: %j: %j", (name, value) => {
    const message = planned(planner(), record("{}", { headers: [[name, value]] }));
    expect(message.request(undefined)).toMatchObject({
      ok: false,
      reason: expect.stringContaining("captured header"),
    });
  });

  test("has the user's headers instead of captured ones, whatever their case", () => {
    const renderer: RequestRenderer = {
      fingerprint: "",
      render: () => ({
        ok: true,
        url: "https://hooks.example.com/",
        headers: [
          ["x-name", "mine"],
          ["IDEMPOTENCY-KEY", '"mine"'],
        ],
      }),
    };
    const capture = { headers: [["X-Name", "not\nsendable"]] as const };
    const message = planned(planner({ renderer }), record("{}", capture));
    expect(requestOf(message).headers).toEqual([
      ["x-name", "mine"],
      ["IDEMPOTENCY-KEY", '"mine"'],
      ["content-type", "application/json"],
    ]);
  });

  test("with a converted payload is JSON, whatever the capture was", () => {
    const capture: CaptureFacts = { headers: [["Content-Type", "text/xml"]] };
    const converted = new TextEncoder().encode('{"conversations":[]}');
    const request = requestOf(planned(planner(), record("{}", capture), { converted }));
    expect(textOf(request)).toBe('{"conversations":[]}');
    expect(request.headers[0]).toEqual(["content-type", "application/json"]);
  });

  test("with templates is what they make of payload, place, identity and token", () => {
    const seen: RenderInput[] = [];
    const renderer: RequestRenderer = {
      fingerprint: "body",
      render: (input) => {
        seen.push(input);
        return {
          ok: true,
          url: "https://hooks.example.com/x",
          headers: [["Content-Type", "text/plain"]],
          body: new TextEncoder().encode(`hello ${String(input.token?.json)}`),
        };
      },
    };
    const message = planned(planner({ renderer }), record('{"a":1}', { method: "POST" }, "s", 7), {
      document: { a: 1 },
    });
    const rendered = message.request({ status: 200, headers: [], json: "t1" });
    expect(rendered.ok && textOf(rendered.request)).toBe("hello t1");
    expect(rendered.ok && rendered.request.headers[0]).toEqual(["Content-Type", "text/plain"]);
    expect(seen[0]).toMatchObject({
      source: "s",
      record: 7,
      line: 7,
      document: { a: 1 },
      identity: message.identity,
    });
    expect(new TextDecoder().decode(seen[0]!.payload)).toBe('{"a":1}');
  });

  test("has a public form where templates name a secret, completed in the same way", () => {
    const url = "https://hooks.example.com/";
    const renderer: RequestRenderer = {
      fingerprint: "x",
      render: () => ({ ok: true, url, headers: [["authorization", "Bearer secret"]] }),
      renderPublic: () => ({ ok: true, url, headers: [] }),
    };
    const message = planned(planner({ renderer }), record("{}", { headers: [["X-Event", "a"]] }));
    expect(message.publicRequest!()).toMatchObject({
      ok: true,
      request: {
        headers: [
          ["X-Event", "a"],
          ["content-type", "application/json"],
          ["idempotency-key", `"${message.identity}"`],
        ],
      },
    });
    expect(planned(planner(), record("{}")).publicRequest).toBeUndefined();
  });

  test("that cannot be rendered says why", () => {
    const renderer: RequestRenderer = {
      fingerprint: "x",
      render: () => ({ ok: false, reason: "$payload.id is missing" }),
    };
    expect(planned(planner({ renderer }), record("{}")).request(undefined)).toEqual({
      ok: false,
      reason: "$payload.id is missing",
    });
  });
});

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

describe("an identity", () => {
  const identities = (
    options: Partial<PlanOptions>,
    list: readonly PlanRecord[],
    facts: readonly PayloadFacts[] = [],
  ) => {
    const from = planner(options);
    return list.flatMap((one, index) => {
      const result = from.plan(one, facts[index] ?? {});
      return "message" in result ? [result.message.identity] : [];
    });
  };

  test("is the same whatever the file, the place and the machine", () => {
    const [here] = identities({}, [record("{}", undefined, "a.json", 1)]);
    const [there] = identities({}, [record("{}", { url: "https://x" }, "b.json", 900)]);
    expect(there).toBe(here);
    // Fixed for good: a new version of chatx must not send everything again under new names.
    expect(here).toBe("e0409b5e4c250c25fa396e77533b6e73");
  });

  test("does not depend on the way that large contents are hashed", () => {
    const sizes = [0, 1, 16_000, 16_250, 16_300, 16_384, 100_000];
    const named = sizes.map((size) => identities({}, [record("x".repeat(size))])[0]!);
    expect(named).toEqual(
      sizes.map((size) => sha256(`chatx replay 1\nPOST\n0\n\n${size}\n${"x".repeat(size)}`).slice(0, 32)),
    );
  });

  test("differs with content, with the templates, with the method and with each occurrence", () => {
    const all = [
      ...identities({}, [record("{}"), record("{}"), record("{}"), record("{ }")]),
      ...identities({ renderer: { ...plain, fingerprint: "$payload" } }, [record("{}")]),
      ...identities({ method: "PUT" }, [record("{}")]),
    ];
    expect(new Set(all).size).toBe(6);
  });

  test("of the same contents are the same set in any order of the input", () => {
    const texts = fc.array(fc.constantFrom("{}", "[]", '"a"', "1"), { maxLength: 40 });
    fc.assert(
      fc.property(
        texts.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        ([list, shuffled]) => {
          const one = identities(
            {},
            list.map((text) => record(text)),
          );
          const other = identities(
            {},
            shuffled.map((text) => record(text)),
          );
          expect(new Set(one).size).toBe(list.length);
          expect(other.sort()).toEqual(one.sort());
        },
      ),
    );
  });

  test("does not change when a filter leaves other records out", () => {
    const list = Array.from({ length: 60 }, (_, n) => record(`{"n":${n % 7}}`));
    const facts = list.map((_, n) => ({ sentAtMs: n * 1000, conversationId: `c${n % 5}` }));
    const all = identities({}, list, facts);
    expect(identities({ limit: 25 }, list, facts)).toEqual(all.slice(0, 25));
    expect(identities({ sinceMs: 20_000, untilMs: 40_000 }, list, facts)).toEqual(all.slice(20, 40));
    const shards = [1, 2, 3].map((index) => identities({ shard: { index, count: 3 } }, list, facts));
    expect(shards.flat().sort()).toEqual([...all].sort());
  });

  test("of a dead letter is the one it had", () => {
    const identity = "0123456789abcdef0123456789abcdef";
    expect(planned(planner(), record("{}"), { identity }).identity).toBe(identity);
    expect(planned(planner(), record("{}"), { identity: 'x"\r\n' }).identity).toMatch(/^[0-9a-f]{32}$/);
  });

  test("of a converted payload is that of what is sent", () => {
    const converted = new TextEncoder().encode('{"conversations":[]}');
    expect(planned(planner(), record("{}"), { converted }).identity).toBe(
      planned(planner(), record('{"conversations":[]}')).identity,
    );
  });
});

describe("the plan", () => {
  test("numbers what it takes and says why it leaves out", () => {
    const from = planner({ limit: 2, sinceMs: 10, untilMs: 20 });
    const results = [5, 10, 19, 20, 15].map((sentAtMs) => from.plan(record(String(sentAtMs)), { sentAtMs }));
    expect(results.map((one) => ("message" in one ? one.message.sequence : one.leftOut))).toEqual([
      "before --since",
      1,
      2,
      "beyond --limit",
      "beyond --limit",
    ]);
    expect(from.isFull).toBe(true);
  });

  test("keeps a payload without a time", () => {
    expect(planned(planner({ sinceMs: 10 }), record("{}")).sequence).toBe(1);
  });

  test("puts every message into exactly one shard, and a conversation into one", () => {
    const shardsOf = (facts: (n: number) => PayloadFacts) =>
      Array.from({ length: 300 }, (_, n) =>
        [1, 2, 3, 4].filter((index) => {
          const from = planner({ shard: { index, count: 4 } });
          return "message" in from.plan(record(`{"n":${n}}`), facts(n));
        }),
      );
    const ofConversations = shardsOf((n) => ({ conversationId: `c${n % 20}` }));
    ofConversations.forEach((shards, n) => {
      expect(shards).toHaveLength(1);
      expect(shards).toEqual(ofConversations[n % 20]);
    });
    expect(new Set(shardsOf(() => ({})).map(([shard]) => shard)).size).toBe(4);
  });

  test("orders by conversation, by input, or not at all", () => {
    const keys = (order: PlanOptions["order"]) =>
      [{ conversationId: "a" }, {}].map((facts) => planned(planner({ order }), record("{}"), facts).orderKey);
    expect(keys("conversation")).toEqual(["a", undefined]);
    expect(keys("input")).toEqual(["input", "input"]);
    expect(keys("none")).toEqual([undefined, undefined]);
  });

  test("tells format, event, time and size", () => {
    const message = planned(planner(), record("{}", undefined, "x.json", 3), {
      format: "smartsupp",
      event: "conversation.closed",
      sentAtMs: 5,
    });
    expect(message).toMatchObject({
      source: "x.json",
      record: 3,
      line: 3,
      format: "smartsupp",
      event: "conversation.closed",
      sentAtMs: 5,
      sizeBytes: 2,
    });
  });
});
