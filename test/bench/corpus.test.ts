import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  type CorpusOptions,
  type CorpusTotals,
  corpusChunks,
  corpusKinds,
  parseSize,
  writeCorpus,
} from "../../bench/corpus.mjs";

const SIZE_BYTES = 60_000;
/** No unit is larger: four Userlike sessions with all their snapshots, inside a HAR. */
const LARGEST_UNIT_BYTES = 40_000;

/** SHA-256 of each corpus of 60 KB with seed 1. They change when the generator does, and only then. */
const PINNED: Readonly<Record<string, string>> = {
  "smartsupp jsonl": "30962df50aca6c1243dd64759c666daff5fa585d19c5466a61ff1ed7318a3a29",
  "smartsupp array": "d1001005fca96058260fb3de51d818dc982eae48580c6a1514b817ce8793ae5b",
  "smartsupp har": "11034174e46578988fa92cb38a0e2ed87aadd739b873b45e5f6c4e93c9666476",
  "smartsupp capture": "38dbe3e4840efcf97c4c82c94ebf0c546cf3ccdde0ccf8b0073908a735316347",
  "smartsupp-event jsonl": "7b0d2ec2d5331ebb65e86097c9e9bb0ee20b37a9e74d7eb61e2f1618feb0aab1",
  "smartsupp-event array": "d2369c7a6b0bea447b6c9602bfe91d0005b0c80a9417418fe6456ea076faa24c",
  "smartsupp-event har": "6be42b267ef11d106bc7bb2cde0c0a3e0fc46c21a90ca2046072ae090fecc40b",
  "smartsupp-event capture": "6308975da80cfaed1094b8f4f03540ef6fd60f605fb424f93e86f4d298b4250c",
  "userlike jsonl": "50d5960860ee5bcd8a349feb3416ee6a4051ff98813f51f7edf7b003c63b2aab",
  "userlike array": "5bd05809f34ff01d3a9a5dc1aae59eab12749dd97033be045283974a4c1b8b3a",
  "userlike har": "326689a4713f44252005e460237686306134a32fdd4dac9be3a1b352d8987d25",
  "userlike capture": "dc8c11a1df98280ae4dd7b47ae4749cda5dcdcc5a50bd4cf700164d16a940874",
  "userlike-legacy jsonl": "99d7cdc88f41069055116d64d9a21bc453e69f19f469e8a9c2f581a8e34f990e",
  "userlike-legacy array": "61312e91094537732eb616e9691d93c0198fe4cd93bfb8bdd52f1f193955d3ba",
  "userlike-legacy har": "e9f65d7a577477ccb8e473229cb0b348370c2d323b1706f90cb2a663ff557a0f",
  "userlike-legacy capture": "b06872674316bec6c10a7db109105209577b8b53dedbfd1d314afeb920b819f8",
  "ferndesk jsonl": "abaedec15e4334d21b12e8dc30087f0e31b8d0457caf9d251c7b654a62d6311a",
  "ferndesk array": "1c02212b1eff5285ca6ec95f07a9d4c5ebb60a697bf1ab17e59f601ec62d71ed",
  "ferndesk document": "b16f64e620c1f08bee73acc02030ca1cd9ae237f012706e473c4701dc20b025c",
  "ferndesk har": "771e316994cf820d864329e952edb17afab29644bbef14806ebcb349726b5f8b",
  "ferndesk capture": "dc11b9150b17d1750fbce3e96fd54dcc316f53ac28a8c2666d2a1934c6285a33",
};

function make(options: CorpusOptions): { text: string; totals: CorpusTotals } {
  const chunks: Buffer[] = [];
  const generator = corpusChunks(options);
  for (;;) {
    const next = generator.next();
    if (next.done === true) return { text: Buffer.concat(chunks).toString("utf8"), totals: next.value };
    chunks.push(next.value);
  }
}

const smartsupp = { format: "smartsupp", shape: "jsonl", sizeBytes: SIZE_BYTES, seed: 1 };

type Payload = Record<string, unknown>;

/** The payloads inside a corpus, whatever its shape. */
function payloadsOf(shape: string, text: string): Payload[] {
  switch (shape) {
    case "array":
      return JSON.parse(text);
    case "document":
      return JSON.parse(text).conversations;
    case "har":
      return JSON.parse(text).log.entries.map((entry: { request: { postData: { text: string } } }) =>
        JSON.parse(entry.request.postData.text),
      );
    case "capture":
      return linesOf(text).map(({ body, bodyBase64 }) =>
        JSON.parse(String(body ?? Buffer.from(String(bodyBase64), "base64").toString("utf8"))),
      );
    default:
      return linesOf(text);
  }
}

function linesOf(text: string): Payload[] {
  expect(text.endsWith("\n")).toBe(true);
  return text
    .slice(0, -1)
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** The vendor's id of the conversation that a payload belongs to; undefined for one that is none. */
function conversationId(format: string, payload: Payload): string | undefined {
  const data = payload.data as { conversation?: { id: string }; conversation_id?: string } | undefined;
  switch (format) {
    case "smartsupp":
      return `${payload.accountId}/${(payload.channel as { id: number }).id}`;
    case "smartsupp-event":
      return data?.conversation?.id ?? data?.conversation_id;
    case "userlike-legacy":
      return payload._type === "operator" ? undefined : String(payload.id);
    default:
      return String(payload.id);
  }
}

describe.each(corpusKinds)("a corpus of $format as $shape", ({ format, shape }) => {
  const options = { format, shape, sizeBytes: SIZE_BYTES, seed: 1 };
  const { text, totals } = make(options);

  test("has the same bytes on every machine", () => {
    expect(createHash("sha256").update(text).digest("hex")).toBe(PINNED[`${format} ${shape}`]);
  });

  test("is as large as fits into the size asked for", () => {
    expect(totals.bytes).toBe(Buffer.byteLength(text));
    expect(totals.bytes).toBeLessThanOrEqual(SIZE_BYTES);
    expect(totals.bytes).toBeGreaterThan(SIZE_BYTES - LARGEST_UNIT_BYTES);
  });

  test("is JSON throughout and holds the payloads it counts", () => {
    const payloads = payloadsOf(shape, text);
    expect(payloads).toHaveLength(totals.records);
    const ids = payloads.map((payload) => conversationId(format, payload)).filter((id) => id !== undefined);
    expect(new Set(ids).size).toBe(totals.conversations);
  });

  test("holds the same payloads as the format's JSON Lines", () => {
    const lines = payloadsOf("jsonl", make({ ...options, shape: "jsonl" }).text);
    const both = Math.min(lines.length, totals.records);
    expect(payloadsOf(shape, text).slice(0, both)).toEqual(lines.slice(0, both));
  });
});

describe("corpora", () => {
  test("of different seeds differ", () => {
    expect(make({ ...smartsupp, seed: 2 }).text).not.toBe(make(smartsupp).text);
  });

  test("of different sizes begin alike", () => {
    const { text } = make({ ...smartsupp, sizeBytes: 30_000 });
    expect(make(smartsupp).text.startsWith(text)).toBe(true);
  });

  test("hold one unit at least, however small the size", () => {
    expect(make({ ...smartsupp, sizeBytes: 1 }).totals.records).toBe(1);
  });

  test("refuse a format, a shape or a pair that does not exist", () => {
    expect(() => make({ ...smartsupp, format: "acme" })).toThrow(/no corpus "acme jsonl"/);
    expect(() => make({ ...smartsupp, shape: "document" })).toThrow(/no corpus "smartsupp document"/);
  });

  test("name only invented people: addresses are those reserved for examples", () => {
    for (const { format } of corpusKinds.filter(({ shape }) => shape === "jsonl")) {
      const { text } = make({ ...smartsupp, format });
      expect(
        new Set(text.match(/@[a-z0-9.-]+\.[a-z]+/g)?.map((host) => host.replace("@chat.", "@"))),
      ).toSatisfy((hosts: Set<string>) => [...hosts].every((host) => host === "@example.com"));
      const addresses = text.match(/"\d+\.\d+\.\d+\.\d+"/g) ?? [];
      expect(addresses.every((address) => /^"(192\.0\.2|198\.51\.100|203\.0\.113)\./.test(address))).toBe(
        true,
      );
    }
  });

  test("are written to a file whole, with no temporary file left", async () => {
    const folder = await mkdtemp(join(tmpdir(), "chatx-corpus-"));
    try {
      const totals = await writeCorpus(smartsupp, join(folder, "corpus.jsonl"));
      expect(await readdir(folder)).toEqual(["corpus.jsonl"]);
      expect(await readFile(join(folder, "corpus.jsonl"), "utf8")).toBe(make(smartsupp).text);
      expect(totals).toEqual(make(smartsupp).totals);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("Smartsupp payloads", () => {
  const { text, totals } = make({ ...smartsupp, sizeBytes: 4_000_000 });
  const lines = text.trimEnd().split("\n");

  test("are about 4.1 KB long on average", () => {
    expect(totals.bytes / totals.records).toBeGreaterThan(3900);
    expect(totals.bytes / totals.records).toBeLessThan(4300);
  });

  test("hold raw non-ASCII text in three of four lines, and PHP's escapes in the others", () => {
    const escaped = lines.filter((line) => /^[\0-\x7f]*$/.test(line));
    expect(escaped.length / lines.length).toBeCloseTo(0.25, 1);
    for (const line of escaped) expect(line).toMatch(/\\u[0-9a-f]{4}.*\\\//s);
    for (const line of lines.filter((other) => !escaped.includes(other)))
      expect(line).not.toMatch(/\\u|\\\//);
  });

  test("have times in ascending order, some of them whole seconds", () => {
    const times = lines.map((line) =>
      JSON.parse(line).messages.map(({ sentAt }: { sentAt: number }) => sentAt),
    );
    for (const list of times) expect(list).toEqual([...list].sort((a, b) => a - b));
    expect(times.flat().some((time) => time % 1000 === 0)).toBe(true);
  });
});

describe("a size", () => {
  test.each([
    ["1", 1],
    ["4KB", 4000],
    ["50MB", 50_000_000],
    ["1.5GB", 1_500_000_000],
  ])("%s is %i bytes", (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.each(["", "MB", "-1", "50 MB", "50mb", "1TB", "1e3"])("%j is refused", (text) => {
    expect(() => parseSize(text)).toThrow(RangeError);
  });
});
