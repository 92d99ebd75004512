import { crc32, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { inflateBody, inflateChunks } from "../../src/input/inflate.ts";
import { readRecords } from "../../src/input/records.ts";
import { encodeUtf8 } from "../../src/json/text.ts";
import { MEBIBYTE, type Seen, seen } from "./split.ts";

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The texts of a source's records; of one with a problem its code and facts. */
async function read(bytes: Uint8Array, size = 7, limit = MEBIBYTE): Promise<unknown[]> {
  const chunks = inflateChunks(inChunks(bytes, size), limit);
  const result: unknown[] = [];
  for await (const record of readRecords({ name: "x", chunks }, { maxRecordBytes: MEBIBYTE })) {
    result.push(
      record.problem === undefined ? seen(record).text : [record.problem.code, record.problem.args],
    );
  }
  return result;
}

const packed = gzipSync('{"a":1}\n{"b":2}\n');

describe("gzip is inflated", () => {
  test.each([1, 2, 7, 1_000])("in chunks of %i bytes", async (size) => {
    expect(await read(packed, size)).toEqual(['{"a":1}', '{"b":2}']);
  });

  test("of several members, cut anywhere in between", async () => {
    expect(await read(Buffer.concat([gzipSync('{"a":'), gzipSync("1}"), gzipSync("[2]")]))).toEqual([
      '{"a":1}',
      "2",
    ]);
  });

  test("with every member that a header may have", async () => {
    const extra = Buffer.from([3, 0, 1, 2, 3]);
    const head = Buffer.concat([
      Buffer.from([0x1f, 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3]),
      extra,
      Buffer.from("name\0comment\0"),
    ]);
    const check = Buffer.alloc(2);
    check.writeUInt16LE(crc32(head) & 0xffff);
    const full = Buffer.concat([head, check, packed.subarray(10)]);
    const noExtra = Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 3, 0, 0]);
    for (const size of [1, 7, 1_000]) {
      expect(await read(full, size)).toEqual(['{"a":1}', '{"b":2}']);
      const two = Buffer.concat([packed, noExtra, packed.subarray(10)]);
      expect(await read(two, size)).toHaveLength(4);
    }
  });

  test("with NUL as padding", async () => {
    expect(await read(Buffer.concat([packed, Buffer.alloc(30)]))).toEqual(['{"a":1}', '{"b":2}']);
  });

  test("a megabyte and more comes out whole", async () => {
    const lines = Array.from({ length: 20_000 }, (_, index) =>
      JSON.stringify({ index, salt: (index * 7_919) % 10_007 }),
    );
    expect(await read(gzipSync(lines.join("\n")), 65_536, 10 * MEBIBYTE)).toEqual(lines);
  });

  test("plain text passes, also when it is shorter than any signature", async () => {
    expect(await read(encodeUtf8("{}"), 1)).toEqual(["{}"]);
    expect(await read(encodeUtf8(""))).toEqual([]);
  });
});

describe("broken gzip is a problem behind the records that came out", () => {
  const broken = (reason: string) => ["input/broken-gzip", { reason }];

  test("cut off", async () => {
    expect(await read(packed.subarray(0, -9))).toEqual(['{"a":1}', '{"b":2}', broken("it is cut off")]);
  });

  test("a wrong checksum", async () => {
    const wrong = Buffer.from(packed);
    wrong[wrong.length - 6]! ^= 1;
    for (const size of [1, 7, 1_000])
      expect(await read(wrong, size)).toEqual(['{"a":1}', '{"b":2}', broken("its checksum does not match")]);
  });

  test.each([
    ["text", encodeUtf8("garbage")],
    ["text behind padding", encodeUtf8("\0\0\0garbage")],
  ])("trailing %s", async (_, garbage) => {
    const whole = Buffer.concat([packed, garbage]);
    for (const size of [1, 1_000])
      expect(await read(whole, size)).toEqual(['{"a":1}', '{"b":2}', broken("other data follows its end")]);
  });

  test.each([
    ["before the fault, in one chunk", 1_000_000],
    ["in small chunks", 7],
  ])("every record is given out %s", async (_, size) => {
    const lines = Array.from({ length: 5_000 }, (_, index) => JSON.stringify({ index }));
    const sound = gzipSync(lines.join("\n"));
    const wrong = Buffer.from(sound);
    wrong[wrong.length - 6]! ^= 1;
    const limit = 10 * MEBIBYTE;
    expect(await read(wrong, size, limit)).toEqual([...lines, broken("its checksum does not match")]);
    expect(await read(Buffer.concat([sound, encodeUtf8("junk")]), size, limit)).toEqual([
      ...lines,
      broken("other data follows its end"),
    ]);
  });

  test("the record that was being read is in the problem, not a finding of its own", async () => {
    const cut = gzipSync(`{"a":1}\n{"b":"${"x".repeat(50)}`).subarray(0, -8);
    const chunks = inflateChunks(inChunks(cut, 9), MEBIBYTE);
    const records: Seen[] = [];
    for await (const record of readRecords({ name: "x", chunks }, { maxRecordBytes: 99 }))
      records.push(seen(record));
    const [, last, ...more] = records;
    expect(more).toEqual([]);
    expect(last).toMatchObject({ number: 2, line: 2, column: 1, problem: { code: "input/broken-gzip" } });
    expect(last!.text.startsWith('{"b":"')).toBe(true);
    expect(last!.problem!.offset).toBe(last!.text.length);
  });
});

describe("what is not read says what it is", () => {
  const compressed = (kind: string) => [["input/compressed", { kind }]];
  const encoded = (encoding: string) => [["input/not-utf8", { encoding }]];
  const utf32 = (text: string) =>
    Buffer.from([...text].flatMap((letter) => [letter.codePointAt(0)!, 0, 0, 0]));

  test.each([
    ["gzip in gzip", gzipSync(packed), compressed("doubly gzip-compressed")],
    ["zstd", Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0]), compressed("zstd-compressed")],
    ["zip", Buffer.from("PK\x03\x04......"), compressed("zip-compressed")],
    ["bzip2", Buffer.from("BZh91AY"), compressed("bzip2-compressed")],
    ["xz", Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0]), compressed("xz-compressed")],
    ["zstd in gzip", gzipSync(Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0])), compressed("zstd-compressed")],
    ["UTF-16LE", Buffer.from('{"a":1}', "utf16le"), encoded("UTF-16LE")],
    ["UTF-16LE with a mark", Buffer.from('\ufeff{"a":1}', "utf16le"), encoded("UTF-16LE")],
    ["UTF-16BE", Buffer.from('{"a":1}', "utf16le").swap16(), encoded("UTF-16BE")],
    ["UTF-16BE with a mark", Buffer.from('\ufeff{"a":1}', "utf16le").swap16(), encoded("UTF-16BE")],
    ["UTF-32LE", utf32("{}"), encoded("UTF-32LE")],
    ["UTF-32LE with a mark", utf32("\ufeff{}").fill(0xff, 0, 1).fill(0xfe, 1, 2), encoded("UTF-32LE")],
    ["UTF-32BE", utf32("{}").swap32(), encoded("UTF-32BE")],
    ["UTF-16LE in gzip", gzipSync(Buffer.from("[]", "utf16le")), encoded("UTF-16LE")],
  ])("%s", async (_, bytes, expected) => {
    for (const size of [1, 3, 1_000]) expect(await read(bytes, size)).toEqual(expected);
  });

  test("text that inflates beyond the limit, after the records within it", async () => {
    const bomb = gzipSync(`{"a":1}\n${" ".repeat(5 * MEBIBYTE)}`);
    expect(await read(bomb, 65_536, MEBIBYTE)).toEqual([
      '{"a":1}',
      ["input/inflated-too-large", { limitBytes: MEBIBYTE }],
    ]);
  });

  test("exactly the limit is fine", async () => {
    expect(await read(packed, 7, 16)).toEqual(['{"a":1}', '{"b":2}']);
  });
});

describe("a gzip body", () => {
  test("is inflated at once", () => {
    expect(inflateBody(packed, 16)).toEqual(Buffer.from('{"a":1}\n{"b":2}\n'));
  });

  test("over the limit, or broken, is a problem", () => {
    expect(inflateBody(packed, 15)).toMatchObject({
      code: "input/inflated-too-large",
      args: { limitBytes: 15 },
    });
    expect(inflateBody(packed.subarray(0, 20), 99)).toMatchObject({ code: "input/broken-gzip" });
  });
});
