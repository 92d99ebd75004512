import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { runInside } from "../support/run-inside.ts";
import { endpoint, folder, headersOf, hook, linesFile, replay, totals } from "./replay-support.ts";

const payload = Buffer.from(JSON.stringify(hook(1)));
const CASES: readonly (readonly [coding: string, body: Buffer])[] = [
  ["gzip", gzipSync(payload)],
  ["br", brotliCompressSync(payload)],
  ["deflate", deflateSync(payload)],
  ["deflate", deflateRawSync(payload)],
  ["gzip, br", brotliCompressSync(gzipSync(payload))],
];

function captured(coding: string, body: Buffer) {
  return { method: "POST", headers: { "Content-Encoding": coding }, bodyBase64: body.toString("base64") };
}

test("what was captured in a coding is sent as what it stands for, and without the coding's name", async () => {
  const server = await endpoint();
  const into = folder();
  const path = linesFile(
    into,
    CASES.map(([coding, body]) => captured(coding, body)),
  );
  const entries = CASES.map(([coding, body]) => ({
    startedDateTime: "2024-05-01T10:00:00.000Z",
    request: {
      method: "POST",
      url: "https://example.com/",
      headers: [{ name: "content-encoding", value: coding }],
      postData: { text: body.toString("base64"), encoding: "base64" },
    },
  }));
  const har = join(into, "x.har");
  writeFileSync(har, JSON.stringify({ log: { version: "1.2", creator: {}, entries } }));
  const run = await replay([path, har, "--url", server.url, "--order", "none"]);
  expect(totals(run)).toMatchObject({ planned: 10, delivered: 10 });
  for (const request of server.requests) {
    expect(request.body.equals(payload)).toBe(true);
    expect(headersOf(request)["content-encoding"]).toBeUndefined();
  }
  const judged = await runInside(["validate", path, har]);
  expect(judged.stdout).toContain("10 valid, 0 invalid");
});

test("what cannot be unpacked is not sent, and its coding is named", async () => {
  const server = await endpoint();
  const into = folder();
  const path = linesFile(into, [
    captured("x-unknown", payload),
    captured("zstd", Buffer.from("28b52ffd0400", "hex")),
    captured("br", brotliCompressSync(payload).subarray(0, 40)),
    captured("br", brotliCompressSync(payload)),
  ]);
  const run = await replay([path, "--url", server.url]);
  expect(run.code).toBe(1);
  expect(totals(run)).toMatchObject({ planned: 1, delivered: 1 });
  expect(server.requests.map(({ body }) => body.toString())).toEqual([payload.toString()]);
  expect(run.stderr).toContain("the source is x-unknown-encoded data, which chatx does not unpack");
  expect(run.stderr).toContain("the source is zstd-encoded data, which chatx does not unpack");
  expect(run.stderr).toContain("the br data is broken: it is cut off");
  expect(run.stderr).toContain(
    "records read 4 = planned 1 + rejected 3 (2 input/compressed, 1 input/broken-coding)",
  );
  expect(readFileSync(path).length).toBeGreaterThan(0);
});
