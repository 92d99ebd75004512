import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import {
  convert,
  detect,
  ExactNumber,
  formats,
  type LossEntry,
  schemaOf,
  stringifyJson,
  validate,
} from "../../src/index.ts";

const conversation = (id: string, text = "Hello") =>
  JSON.stringify({
    id,
    lastMessageAt: "2026-01-05T08:00:00Z",
    messages: [{ id: "1", role: "user", content: text, createdAt: "2026-01-05T08:00:00Z" }],
  });

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const result: T[] = [];
  for await (const item of items) result.push(item);
  return result;
}

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

describe("convert", () => {
  test("takes text, bytes, chunks and gzip, and gives the same conversations", async () => {
    const text = `${conversation("a")}\n${conversation("b", "žluťoučký 😀")}\n`;
    const bytes = new TextEncoder().encode(text);
    const inputs = [
      text,
      bytes,
      [text],
      [bytes],
      inPieces(bytes, 3),
      gzipSync(bytes),
      inPieces(gzipSync(bytes), 5),
    ];
    for (const input of inputs) {
      const found = await all(convert(input, { to: "ferndesk" }));
      expect(found.map(({ json }) => json)).toEqual(text.trimEnd().split("\n"));
    }
  });

  test("tells findings, losses and totals, and never throws for bad data", async () => {
    const codes: string[] = [];
    const losses: LossEntry[] = [];
    const run = convert(`${conversation("a")}\n{"oops":1,}\n`, {
      to: "smartsupp",
      onFinding: ({ code }) => codes.push(code),
      onLoss: (entry) => losses.push(entry),
    });
    expect(run.summary).toBeUndefined();
    const found = await all(run);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ id: "a", from: "ferndesk", source: "<input>", record: 1 });
    expect(codes).toContain("json/trailing-comma");
    expect(losses.some(({ fate }) => fate === "invented")).toBe(true);
    expect(run.summary).toMatchObject({ read: 2, written: 1, skipped: 0, rejected: 1 });
  });

  test("holds a text with half a surrogate pair for what it is, and does not repair it", async () => {
    const codes: string[] = [];
    const run = convert(conversation("a", "x").replace("x", "\ud800"), {
      to: "ferndesk",
      onFinding: ({ code }) => codes.push(code),
    });
    expect(await all(run)).toEqual([]);
    expect(codes).toEqual(["json/invalid-utf8"]);
  });

  test("gives numbers with their digits", async () => {
    const found = await all(convert(conversation("smartsupp-9007199254740993-1"), { to: "smartsupp" }));
    expect(found[0]!.value.accountId).toBeInstanceOf(ExactNumber);
    expect(stringifyJson(found[0]!.value)).toContain('"accountId":9007199254740993,');
    expect(found[0]!.json).toContain('"accountId":9007199254740993,');
  });

  test("refuses misuse at once", () => {
    expect(() => convert("", { to: "nothing" })).toThrow(TypeError);
    expect(() => convert("", { to: "smartsupp-event" })).toThrow("can be read, not written");
    expect(() => convert("", { to: "ferndesk", timeZone: "Mars/Olympus" })).toThrow(RangeError);
    expect(() => convert("", { to: "ferndesk", since: "yesterday" })).toThrow(TypeError);
  });
});

describe("validate", () => {
  test("gives a verdict and located findings for each record", async () => {
    const results = await all(
      validate(`[${conversation("a")},\n{"id":1}]`, { format: "ferndesk", source: "x.json" }),
    );
    expect(results.map(({ verdict }) => verdict)).toEqual(["valid", "invalid"]);
    expect(results[1]!.findings[0]).toMatchObject({
      source: "x.json",
      record: 2,
      line: 2,
      severity: "error",
    });
  });

  test("makes warnings errors when it is strict", async () => {
    const payload = conversation("a").replace('"id":"a"', '"id":"a","extra":1');
    expect((await all(validate(payload)))[0]!.verdict).toBe("valid");
    expect((await all(validate(payload, { strict: true })))[0]!.verdict).toBe("invalid");
  });
});

describe("detect, formats and schemas", () => {
  test("a payload is recognised as text, bytes or object", () => {
    const text = conversation("a");
    for (const payload of [text, new TextEncoder().encode(text), JSON.parse(text) as object]) {
      expect(detect(payload).format).toBe("ferndesk");
    }
    expect(detect("nonsense")).toEqual({ candidates: [] });
    expect(detect({ a: 1 }).format).toBeUndefined();
  });

  test("every format has a schema", () => {
    for (const { id } of formats) expect(schemaOf(id).$id).toBe(`urn:chatx:schema:${id}`);
    expect(() => schemaOf("nothing")).toThrow(TypeError);
  });
});

describe("an input that holds no payload", () => {
  test.each(["", "  \n", new Uint8Array(0), []])("is told of: %j", async (input) => {
    const told: string[] = [];
    const onFinding = ({ code, record }: { readonly code: string; readonly record: number }) =>
      void told.push(`${code} ${record}`);
    const conversion = convert(input, { to: "ferndesk", onFinding });
    expect(await all(conversion)).toEqual([]);
    expect(told).toEqual(["input/empty 0"]);
    const [result, ...more] = await all(validate(input));
    expect(more).toEqual([]);
    expect(result).toMatchObject({ record: 0, verdict: "invalid", findings: [{ code: "input/empty" }] });
  });

  test("is none where a list is empty", async () => {
    expect(await all(validate("[]"))).toEqual([]);
  });
});

test("members beside a list of conversations are told of, as the command does", async () => {
  const text = `{"conversations":[${conversation("a")}],\n"next":"page2"}`;
  const told: string[] = [];
  const onFinding = ({
    code,
    pointer,
    line,
  }: {
    readonly code: string;
    readonly pointer: string;
    readonly line: number;
  }) => void told.push(`${code} ${pointer} ${line}`);
  const fates: string[] = [];
  const onLoss = ({ pointer, fate }: LossEntry) => void fates.push(`${pointer} ${fate}`);
  expect(await all(convert(text, { to: "ferndesk", onFinding, onLoss }))).toHaveLength(1);
  expect(told).toEqual(["schema/unknown-field /next 2"]);
  expect(fates).toContain("/next dropped");
  const results = await all(validate(text));
  expect(results.map(({ record, verdict }) => `${record} ${verdict}`)).toEqual(["1 valid", "0 valid"]);
  expect((await all(validate(text, { strict: true }))).at(-1)).toMatchObject({
    record: 0,
    verdict: "invalid",
  });
});

describe("misuse", () => {
  const to = "ferndesk";
  test.each<[string, () => unknown, string]>([
    ["no input", () => validate(null as never), "neither text nor bytes"],
    ["a number as input", () => convert(1 as never, { to }), "neither text nor bytes"],
    ["an object as input", () => convert({} as never, { to }), "neither text nor bytes"],
    ["no options", () => convert("{}", undefined as never), "the options are missing"],
    ["a share behind the last", () => convert("{}", { to, shard: { index: 3, count: 2 } }), "3 of 2"],
    ["half a share", () => convert("{}", { to, shard: { index: 1.5, count: 2 } }), "1.5 of 2"],
    ["a share as text", () => convert("{}", { to, shard: "1/2" as never }), "shard is none"],
    ["another role", () => convert("{}", { to, agentRole: "bot" as never }), "agent, support_agent, not bot"],
    ["another place", () => convert("{}", { to, systemMessages: "x" as never }), "drop, agent, not x"],
    ["a limit below zero", () => convert("{}", { to, maxRecordBytes: -1 }), "maxRecordBytes"],
    ["a limit that is text", () => validate("{}", { maxInflatedBytes: "1" as never }), "maxInflatedBytes"],
  ])("throws: %s", (_, use, words) => {
    expect(use).toThrow(TypeError);
    expect(use).toThrow(words);
  });
});
