import { expect, test } from "vitest";
import type { CaptureEvent } from "../../src/endpoint/capture/events.ts";
import { Forwarder } from "../../src/endpoint/capture/forward.ts";
import type { HttpRequest, SendOptions, SendResult, Transport } from "../../src/transport/types.ts";

const REQUEST = { method: "POST", headers: [], body: Buffer.from("1") };

/** A transport whose answers are given by hand. */
class HeldTransport implements Transport {
  readonly sent: {
    readonly request: HttpRequest;
    readonly options: SendOptions;
    readonly answer: (result: SendResult) => void;
  }[] = [];
  isClosed = false;

  send(request: HttpRequest, options: SendOptions): Promise<SendResult> {
    return new Promise((answer) => {
      this.sent.push({ request, options, answer });
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

const OK: SendResult = {
  kind: "answer",
  status: 200,
  headers: [],
  body: Buffer.alloc(0),
  isBodyClipped: false,
  durationMs: 1,
};

test("what waits to be passed on is bounded, and the rest is told", async () => {
  const transport = new HeldTransport();
  const events: CaptureEvent[] = [];
  const forwarder = new Forwarder(transport, "http://x.example/", (event) => events.push(event));
  for (let count = 0; count < 1010; count++) forwarder.push(REQUEST);
  expect(transport.sent).toHaveLength(4);
  const told = { event: "not-forwarded", reason: "too many wait to be passed on", attempts: 0 };
  // Four are under way and a thousand wait.
  expect(events).toEqual(Array.from({ length: 6 }, () => told));
  const closed = forwarder.close(60_000);
  for (let next = transport.sent.shift(); next !== undefined; next = transport.sent.shift()) {
    next.answer(OK);
    await new Promise(setImmediate);
  }
  await closed;
  expect(events.filter(({ event }) => event === "forwarded")).toHaveLength(1004);
  expect(transport.isClosed).toBe(true);
});

test("what the end comes before is told as never tried", async () => {
  const transport = new HeldTransport();
  const events: CaptureEvent[] = [];
  const forwarder = new Forwarder(transport, "http://x.example/", (event) => events.push(event));
  for (let count = 0; count < 5; count++) forwarder.push(REQUEST);
  const closed = forwarder.close(0);
  // The answers come when the time given has run out.
  const { signal } = transport.sent[0]!.options;
  await new Promise((resolve) => signal!.addEventListener("abort", resolve));
  for (const { answer } of transport.sent.splice(0)) answer(OK);
  await closed;
  expect(transport.sent).toEqual([]);
  expect(events.at(-1)).toEqual({ event: "not-forwarded", reason: "the server ended first", attempts: 0 });
});

test("one body above the bound is passed on alone", () => {
  const transport = new HeldTransport();
  const forwarder = new Forwarder(transport, "http://x.example/", () => undefined);
  forwarder.push({ ...REQUEST, body: Buffer.alloc(65 * 1024 * 1024) });
  expect(transport.sent).toHaveLength(1);
});

test("large bodies fill the queue sooner", () => {
  const events: CaptureEvent[] = [];
  const forwarder = new Forwarder(new HeldTransport(), "http://x.example/", (event) => events.push(event));
  const body = Buffer.alloc(10 * 1024 * 1024);
  for (let count = 0; count < 8; count++) forwarder.push({ ...REQUEST, body });
  expect(events.map(({ event }) => event)).toEqual(["not-forwarded", "not-forwarded"]);
});
