import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { answer, type ReceivedRequest, type Reply, startFaultServer } from "../support/fault-server.ts";
import { atTimeLimit } from "../support/time-limit.ts";
import { endpointWith, folder, keyOf, linesFile, replayApart, totals } from "./replay-support.ts";

/** What the endpoint does with a message, and what must become of it: state, code, and how often it was sent. */
type Case = readonly [
  name: string,
  script: (reply: Reply, request: ReceivedRequest, attempt: number) => void,
  state: "delivered" | "failed" | "unknown",
  code: string | undefined,
  attempts: number | "3 or more",
];

const LENGTH = "content-length: 5\r\n\r\n";
const CHUNKED = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
/** First this, and 200 to the second attempt. */
const once =
  (first: (reply: Reply) => void): Case[1] =>
  (reply, _, attempt) =>
    attempt === 1 ? first(reply) : reply.send(answer(200));
const says = (text: string) => (reply: Reply) => reply.send(text);
const later = (retryAfter: readonly string[], status = 503) =>
  says(
    answer(
      status,
      "",
      retryAfter.map((value) => `retry-after: ${value}`),
    ),
  );
const httpDate = (inMs: number) => new Date(Date.now() + inMs).toUTCString();

/** Sends a body without end, until the other side has enough. */
function pour(reply: Reply, head: string, chunk: Buffer): void {
  reply.send(head);
  const more = () => {
    while (!reply.socket.destroyed && reply.socket.write(chunk));
  };
  reply.socket.on("drain", more);
  more();
}

function cases(elsewhere: string): readonly Case[] {
  return [
    ...[200, 201, 202, 204, 299].map(
      (status): Case => [`s${status}`, says(answer(status)), "delivered", undefined, 1],
    ),
    ["s100", says(`HTTP/1.1 100 Continue\r\n\r\n${answer(200)}`), "delivered", undefined, 1],
    ["s103", says(`HTTP/1.1 103 Early Hints\r\n\r\n${answer(200)}`), "delivered", undefined, 1],
    ["s999", says(answer(999)), "failed", "status-999", 1],
    ...[301, 302, 303, 307, 308].map(
      (status): Case => [
        `r${status}`,
        says(answer(status, "", [`location: ${elsewhere}/secret`])),
        "failed",
        `status-${status}`,
        1,
      ],
    ),
    ...[408, 409, 425, 429, 500, 502, 503, 504].flatMap((status): Case[] => [
      [`s${status}-always`, says(answer(status)), "failed", `status-${status}`, 3],
      [`s${status}-once`, once(says(answer(status))), "delivered", undefined, 2],
    ]),
    ...[400, 403, 404, 405, 413, 415, 422, 451, 501, 505].map(
      (status): Case => [`s${status}`, says(answer(status)), "failed", `status-${status}`, 1],
    ),
    ["after-0", once(later(["0"])), "delivered", undefined, 2],
    ["after-spaces", once(later([" 1 "])), "delivered", undefined, 2],
    ["after-date", once((reply) => later([httpDate(1500)])(reply)), "delivered", undefined, 2],
    ["after-past", once(later(["Sun, 06 Nov 1994 08:49:37 GMT"])), "delivered", undefined, 2],
    ...["1.5", "-1", "abc", "", "+3"].map(
      (value): Case => [`after-bad-${value}`, once(later([value])), "delivered", undefined, 2],
    ),
    // Longer than the message may take: it is given up, and not sent again at once because a timer ran over.
    ...["2147484", "99999999999", "9".repeat(400)].map(
      (value): Case => [`after-huge-${value.slice(0, 12)}`, later([value]), "failed", "status-503", 1],
    ),
    ["after-9999", later(["Fri, 31 Dec 9999 23:59:59 GMT"], 429), "failed", "status-429", 1],
    ["after-two", later(["0", "2147484"]), "failed", "status-503", 1],
    // Where the connection was a kept one, it may only have been closed just then: that costs no attempt.
    ["reset", (reply) => reply.reset(), "unknown", "reset", "3 or more"],
    ["reset-once", once((reply) => reply.reset()), "delivered", undefined, 2],
    ["fin", (reply) => reply.end(), "unknown", "closed", "3 or more"],
    [
      "reset-after-head",
      (reply) => {
        reply.send(`HTTP/1.1 200 OK\r\n${LENGTH}ab`);
        setImmediate(() => reply.reset());
      },
      "unknown",
      "body-cut",
      3,
    ],
    [
      "cut-body",
      (reply) => {
        reply.send(`HTTP/1.1 200 OK\r\n${LENGTH}ab`);
        reply.end();
      },
      "unknown",
      "body-cut",
      3,
    ],
    ["slow-body", (reply) => void reply.trickle(answer(200, "slowly")), "delivered", undefined, 1],
    [
      "endless",
      (reply) => pour(reply, CHUNKED, Buffer.from(`10000\r\n${"x".repeat(65_536)}\r\n`)),
      "delivered",
      undefined,
      1,
    ],
    [
      "5gb",
      (reply) => pour(reply, "HTTP/1.1 200 OK\r\ncontent-length: 5368709120\r\n\r\n", Buffer.alloc(65_536)),
      "delivered",
      undefined,
      1,
    ],
    ["garbage", says("hello\r\n\r\n"), "unknown", "malformed-answer", 1],
    [
      "two-lengths",
      says("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab"),
      "unknown",
      "malformed-answer",
      1,
    ],
    ["bad-chunk", says(`${CHUNKED}zz\r\nabc\r\n`), "unknown", "malformed-answer", 1],
    ["header-100k", says(answer(200, "", [`x: ${"a".repeat(100_000)}`])), "unknown", "header-overflow", 1],
    [
      "bomb",
      (reply) => {
        const body = gzipSync(Buffer.alloc(10_000_000));
        const head = `content-encoding: gzip\r\ncontent-length: ${body.length}`;
        reply.send(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n`, body);
      },
      "delivered",
      undefined,
      1,
    ],
    [
      "encodings",
      says(answer(200, "x", [`content-encoding: ${"gzip, ".repeat(1000)}br`])),
      "delivered",
      undefined,
      1,
    ],
  ];
}

/** What goes on longer than anybody waits for it. */
const ENDLESS: readonly Case[] = [
  ["silence", () => undefined, "unknown", "answer-timeout", 3],
  ["half-head", says("HTTP/1.1 200 OK\r\ncont"), "unknown", "answer-timeout", 3],
  ["half-body", says(`HTTP/1.1 200 OK\r\n${LENGTH}ab`), "unknown", "body-timeout", 3],
];

/** One run of all cases, each its own message, with a good one behind each: nothing but faults would be a dead endpoint. */
async function runAll(all: readonly Case[], timeout: string) {
  const seen = new Map<string, { readonly request: ReceivedRequest; readonly atMs: number }[]>();
  const server = await endpointWith((reply, request) => {
    const name = decodeURIComponent(request.target.slice("/fault/".length));
    const one = all.find(([title]) => title === name);
    if (one === undefined) return reply.send(answer(200));
    const requests = seen.get(name) ?? [];
    seen.set(name, requests);
    requests.push({ request, atMs: performance.now() });
    one[1](reply, request, requests.length);
  });
  const records = all.flatMap(([fault]) => [{ fault }, { fault: `good ${fault}` }]);
  const run = await replayApart([
    ...[linesFile(folder(), records), "--url", `${server.url}/fault/$payload.fault`],
    ...["--timeout", timeout, "--retries", "2", "--retry-base", "20ms", "--retry-cap", "40ms"],
    ...["--max-elapsed", "60s", "--concurrency", "4", "--reporter", "jsonl"],
  ]);
  const lines = run.stdout.trimEnd().split("\n").slice(0, -1);
  const outcomes = lines.map((line) => JSON.parse(line));
  const outcomeOf = (name: string) =>
    outcomes.find(({ line }: { line: number }) => records[line - 1]!.fault === name);
  return { run, seen, outcomeOf };
}

function expectOutcomes(all: readonly Case[], { run, seen, outcomeOf }: Awaited<ReturnType<typeof runAll>>) {
  for (const [name, , state, code, attempts] of all) {
    const outcome = outcomeOf(name);
    expect([name, outcome.state, outcome.code]).toEqual([name, state, code]);
    if (typeof attempts === "number") expect([name, outcome.attempts]).toEqual([name, attempts]);
    else expect(outcome.attempts).toBeGreaterThanOrEqual(3);
    const requests = seen.get(name)!;
    expect([name, requests.length]).toEqual([name, outcome.attempts]);
    expect([name, new Set(requests.map(({ request }) => keyOf(request))).size]).toEqual([name, 1]);
  }
  const count = (wanted: string) => all.filter(([, , state]) => state === wanted).length;
  expect(totals(run)).toEqual({
    planned: 2 * all.length,
    delivered: all.length + count("delivered"),
    failed: count("failed"),
    unknown: count("unknown"),
    held: 0,
    pending: 0,
  });
  expect(run.code).toBe(1);
}

test("every kind of answer has its documented outcome, and the totals add up", async () => {
  const trap = await startFaultServer((reply) => reply.send(answer(200)));
  const all = cases(trap.url);
  const result = await runAll(all, "20s");
  await trap.close();
  expectOutcomes(all, result);
  const { run, seen } = result;
  // A redirect leads nowhere, and its target's host is told but not its path.
  expect(trap.connections).toBe(0);
  expect(run.stderr).toContain(
    `a redirect to ${trap.url.slice("http://".length)}; redirects are not followed`,
  );
  expect(run.stderr).not.toContain("/secret");
  const gapMs = (name: string) => seen.get(name)![1]!.atMs - seen.get(name)![0]!.atMs;
  expect(gapMs("after-spaces")).toBeGreaterThanOrEqual(1000);
  // Dates are whole seconds.
  expect(gapMs("after-date")).toBeGreaterThanOrEqual(450);
});

test("what does not end is given up at the time limit", { timeout: 120_000 }, async () => {
  await atTimeLimit(async (limitMs) => expectOutcomes(ENDLESS, await runAll(ENDLESS, `${limitMs}ms`)), 500);
});
