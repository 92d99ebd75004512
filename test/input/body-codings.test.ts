import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { wordsOf } from "../../src/diagnostics/finding.ts";
import type { InflateBody } from "../../src/input/body.ts";
import { inflateBody } from "../../src/input/inflate.ts";
import { RecordSplitter } from "../../src/input/records.ts";

interface Told {
  readonly inflate?: InflateBody;
  readonly maxRecordBytes?: number;
}

const CODERS: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  gzip: gzipSync,
  br: brotliCompressSync,
  deflate: deflateSync,
};

/** The records of a capture record with a body, and what its sender says of the coding. */
function records(
  body: Uint8Array,
  coding: string | readonly string[],
  told: Told = { inflate: inflateBody },
) {
  const codings = typeof coding === "string" ? [coding] : coding;
  const capture = {
    method: "POST",
    headers: codings.map((one) => ["Content-Encoding", one]),
    bodyBase64: Buffer.from(body).toString("base64"),
  };
  const splitter = new RecordSplitter("c", { maxRecordBytes: 1 << 20, ...told });
  const found = (record: { bytes: Uint8Array; problem?: { code: string; args: unknown } }) =>
    record.problem === undefined
      ? Buffer.from(record.bytes).toString()
      : [record.problem.code, record.problem.args];
  return [
    ...[...splitter.push(Buffer.from(JSON.stringify(capture)))].map(found),
    ...[...splitter.end()].map(found),
  ];
}

const payload = Buffer.from('{"a":1,"t":"hello hello hello"}');
const notUnpacked = (kind: string) => [["input/compressed", { kind }]];

describe("a body that its sender coded", () => {
  test.each([
    ["gzip", gzipSync(payload)],
    ["x-gzip", gzipSync(payload)],
    ["br", brotliCompressSync(payload)],
    ["BR", brotliCompressSync(payload)],
    ["deflate", deflateSync(payload)],
    ["deflate", deflateRawSync(payload)],
    ["gzip, br", brotliCompressSync(gzipSync(payload))],
    ["deflate,, gzip", gzipSync(deflateSync(payload))],
    ["identity, br", brotliCompressSync(payload)],
  ])("in %s is read: case %#", (coding, body) => {
    expect(records(body, coding)).toEqual([payload.toString()]);
  });

  test("is read whatever was put around it, in whatever order, also in several headers", () => {
    const names = fc.array(fc.constantFrom(...Object.keys(CODERS)), { minLength: 1, maxLength: 4 });
    const members = fc.dictionary(fc.string(), fc.oneof(fc.string({ unit: "binary" }), fc.double()));
    fc.assert(
      fc.property(names, members, (codings, document) => {
        const text = JSON.stringify(document);
        const body = codings.reduce<Uint8Array>((bytes, one) => CODERS[one]!(bytes), Buffer.from(text));
        const nested = JSON.parse(text);
        if ("conversations" in nested || "log" in nested) return;
        expect(records(body, codings)).toEqual([text]);
        expect(records(body, codings.join(", "))).toEqual([text]);
      }),
      { numRuns: 60 },
    );
  });

  test("and that the capture holds as text is read as it is: somebody undid the coding", () => {
    for (const coding of ["gzip", "br", "deflate", "zstd", "gzip, br", "utf-8"])
      expect(records(payload, coding)).toEqual([payload.toString()]);
    // Brotli takes the first byte of these for a whole stream of nothing, or for the start of one.
    for (const text of ['{"a":1}', `["${"x".repeat(70_000)}"]`.slice(1, -1)])
      expect(records(Buffer.from(text), "br")[0]).toBe(text);
  });

  test.each([
    ["x-unknown", payload],
    ["zstd", Buffer.from("28b52ffd0400", "hex")],
    ["compress", Buffer.from("1f9d90", "hex")],
    ["gzip, x-unknown", gzipSync(payload)],
    ["x-unknown, gzip", gzipSync(payload)],
  ])("in %s is refused by that name", (coding, body) => {
    const name = coding.replace(/gzip|, /g, "");
    expect(records(body, coding)).toEqual(notUnpacked(`${name}-encoded`));
  });

  test("is refused by a name that cannot steer a terminal or fill a screen", () => {
    const [[, args]] = records(payload, `\u001b[2J${"x".repeat(500)}`) as [[string, { kind: string }]];
    expect(args.kind).toBe(`\u001b[2j${"x".repeat(56)}…-encoded`);
    const { message } = wordsOf({ code: "input/compressed", args }, false);
    expect(message).toMatch(/^the source is \\u001b\[2jx{56}…-encoded data/);
  });

  test.each([
    ["br", brotliCompressSync(payload).subarray(0, -3), "it is cut off"],
    ["br", Buffer.concat([brotliCompressSync(payload), Buffer.from("more")]), "other data follows its end"],
    ["br", Buffer.from("ffeeddccbbaa", "hex"), "it cannot be unpacked"],
    ["deflate", deflateSync(payload).subarray(0, -3), "it is cut off"],
    ["deflate", deflateRawSync(payload).subarray(0, -3), "it is cut off"],
    ["deflate", Buffer.concat([deflateSync(payload), Buffer.from("more")]), "other data follows its end"],
    ["deflate", Buffer.from("ffeeddccbbaa", "hex"), "invalid block type"],
    ["deflate", gzipSync(payload), "invalid block type"],
  ])("in broken %s is refused: case %#", (coding, body, reason) => {
    expect(records(body, coding)).toEqual([["input/broken-coding", { coding, reason }]]);
  });

  test("in broken gzip is refused as gzip is anywhere", () => {
    expect(records(gzipSync(payload).subarray(0, -3), "gzip")).toEqual([
      ["input/broken-gzip", { reason: "it is cut off" }],
    ]);
    expect(records(Buffer.from("ffeedd", "hex"), "gzip")).toEqual([
      ["input/broken-gzip", { reason: "it does not begin like gzip" }],
    ]);
  });

  test.each(Object.keys(CODERS))("in %s is no bomb, nor is one in another", (coding) => {
    const bomb = CODERS[coding]!(Buffer.alloc(300_000, 0x20));
    const tooLarge = [["input/inflated-too-large", { limitBytes: 100_000 }]];
    const told = { inflate: inflateBody, maxRecordBytes: 100_000 };
    expect(records(bomb, coding, told)).toEqual(tooLarge);
    expect(records(gzipSync(bomb), `${coding}, gzip`, told)).toEqual(tooLarge);
  });

  test("in gzip that nobody mentions is refused where it is in another coding", () => {
    expect(records(brotliCompressSync(gzipSync(payload)), "br")).toEqual(
      notUnpacked("doubly gzip-compressed"),
    );
  });

  test("is refused where nothing is injected that unpacks it", () => {
    expect(records(brotliCompressSync(payload), "br", {})).toEqual(notUnpacked("br-encoded"));
  });
});
