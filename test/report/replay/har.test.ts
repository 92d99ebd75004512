import { describe, expect, test } from "vitest";
import type { Exchange } from "../../../src/replay/types.ts";
import { HarWriter } from "../../../src/report/replay/har.ts";
import type { Masker } from "../../../src/report/replay/masked.ts";
import { recordsOf } from "../../support/fixtures.ts";
import { answered, exchange, fault, HOSTILE } from "./support.ts";

const OPEN: Masker = { redact: (text) => text, redactBytes: (bytes) => bytes };

function harOf(exchanges: readonly Exchange[], masker = OPEN): string {
  const writer = new HarWriter("1.2.3");
  return writer.start() + exchanges.map((one) => writer.entry(one, masker)).join("") + writer.end();
}

/** What HAR 1.2 demands of each object (http://www.softwareishard.com/blog/har-12-spec), and of which type. */
const DEMANDED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  log: { version: "string", creator: "object", entries: "object" },
  creator: { name: "string", version: "string" },
  entry: {
    startedDateTime: "string",
    time: "number",
    request: "object",
    response: "object",
    cache: "object",
    timings: "object",
  },
  request: {
    ...{ method: "string", url: "string", httpVersion: "string", cookies: "object", headers: "object" },
    ...{ queryString: "object", headersSize: "number", bodySize: "number" },
  },
  response: {
    ...{
      status: "number",
      statusText: "string",
      httpVersion: "string",
      cookies: "object",
      headers: "object",
    },
    ...{ content: "object", redirectURL: "string", headersSize: "number", bodySize: "number" },
  },
  content: { size: "number", mimeType: "string" },
  timings: { send: "number", wait: "number", receive: "number" },
};

function expectDemanded(kind: string, value: Record<string, unknown>): void {
  const types = Object.fromEntries(Object.keys(DEMANDED[kind]!).map((key) => [key, typeof value[key]]));
  expect(types).toEqual(DEMANDED[kind]);
}

describe("a HAR of a replay", () => {
  test("has everything that HAR 1.2 demands, for answers and for faults", () => {
    const text = harOf([
      exchange(answered(200, 5.25, "fine", [["content-type", "text/plain"]])),
      exchange(answered(302, 1, "", [["location", "https://elsewhere.example/"]])),
      exchange(fault("reset")),
    ]);
    const { log } = JSON.parse(text);
    expectDemanded("log", log);
    expectDemanded("creator", log.creator);
    for (const entry of log.entries) {
      expectDemanded("entry", entry);
      for (const part of ["request", "response", "timings"]) expectDemanded(part, entry[part]);
      expectDemanded("content", entry.response.content);
      expect(new Date(entry.startedDateTime).toISOString()).toBe(entry.startedDateTime);
    }
    expect(log.entries.map(({ response }: { response: { status: number } }) => response.status)).toEqual([
      200, 302, 0,
    ]);
    expect(log.entries[1].response.redirectURL).toBe("https://elsewhere.example/");
    expect(log.entries[2]._error).toBe("reset");
    expect(JSON.parse(harOf([])).log.entries).toEqual([]);
  });

  test("gives the bodies back byte for byte, text or not", () => {
    const bodies = [
      Buffer.from('{"a":"\u00e4\u{1f600}"}'),
      Buffer.from([0xff, 0xfe, 0x00, 0x7b]),
      Buffer.from(HOSTILE),
    ];
    const text = harOf(bodies.map((body) => exchange(answered(200), { body })));
    const { log } = JSON.parse(text);
    const read = log.entries.map(
      ({ request }: { request: { postData: { text: string; _encoding?: "base64" } } }) =>
        Buffer.from(request.postData.text, request.postData._encoding ?? "utf8"),
    );
    expect(read).toEqual(bodies);
    const [first] = recordsOf(text, "x.har");
    expect(Buffer.from(first!.bytes)).toEqual(bodies[0]);
  });

  test("masks what is known to be secret, and headers whose names say that they are", () => {
    const masker: Masker = {
      redact: (text) => text.replaceAll("canary", "***"),
      redactBytes: (bytes) =>
        Buffer.from(Buffer.from(bytes).toString("latin1").replaceAll("canary", "***"), "latin1"),
    };
    const one = exchange(
      answered(200, 1, "canary", [
        ["set-cookie", "sid=77"],
        ["x-echo", "a canary"],
        ["x-author", "Ann"],
      ]),
      {
        url: "http://127.0.0.1/x?key=canary",
        headers: [
          ["Authorization", "Basic 123"],
          ["X-Api-Key", "456"],
          ["X-Plain", "canary"],
        ],
        body: Buffer.from("the canary"),
      },
    );
    const text = harOf([one], masker);
    expect(text).not.toMatch(/canary|Basic|456|sid=77/);
    const [entry] = JSON.parse(text).log.entries;
    expect(entry.request.queryString).toEqual([{ name: "key", value: "***" }]);
    expect(entry.response.headers).toContainEqual({ name: "x-author", value: "Ann" });
  });

  test("is safe to look at on a terminal", () => {
    const text = harOf([exchange(answered(200, 1, HOSTILE, [["x-hostile", HOSTILE]]))]);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });
});
