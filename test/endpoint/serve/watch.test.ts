import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BEGIN, hookText } from "../../cli/payloads.ts";
import { converted, folder, openSupport, type Support, served, servedLines } from "./support.ts";

const line = (id: number, text = "Hello") => `${hookText({ id, text, sentAt: BEGIN + id * 1000 })}\n`;
const ids = async ({ url }: Support) => (await served(url)).map(({ id }) => Number(id.split("-").at(-1)));

/** A part of a conversation, as Smartsupp's REST webhook tells it. */
function event(conversation: string, message: string, minute: number): string {
  const at = `2026-01-02T03:${String(minute).padStart(2, "0")}:00.000Z`;
  const { data, ...envelope } = JSON.parse(
    readFileSync("fixtures/smartsupp-event/valid/02-contact-replied-content-object.json", "utf8"),
  );
  const text = JSON.stringify({ ...envelope, data }, (key, value) => {
    if (key === "conversation_id") return conversation;
    if (key === "created_at" || key === "updated_at" || key === "timestamp") return at;
    return value;
  });
  const parsed = JSON.parse(text);
  parsed.data.message.id = message;
  parsed.data.conversation.id = conversation;
  return `${JSON.stringify(parsed)}\n`;
}

function watching(...inputs: string[]): Promise<Support> {
  return openSupport(inputs, { isWatching: true });
}

const scan = ({ server }: Support) => server.readInputs();

describe("new captures appear without a restart", () => {
  test("what is appended is read from the old end on, not all of it again", async () => {
    const path = join(folder(), "hooks.jsonl");
    writeFileSync(path, line(1) + line(2));
    const support = await watching(path);
    expect(await ids(support)).toEqual([2, 1]);
    appendFileSync(path, line(3));
    await scan(support);
    expect(await ids(support)).toEqual([3, 2, 1]);
    expect(support.server.counts.read).toBe(3);
    await scan(support);
    expect(support.server.counts.read).toBe(3);
    expect(support.findings).toEqual([]);
  });

  test("findings in what is appended have the right line and record", async () => {
    const path = join(folder(), "hooks.jsonl");
    writeFileSync(path, line(1) + line(2));
    const support = await watching(path);
    appendFileSync(path, `${line(3)}{"accountId":1,}\n`);
    await scan(support);
    expect(support.findings).toMatchObject([{ code: "json/trailing-comma", line: 4, record: 4 }]);
  });

  test("a record that is half written is waited for", async () => {
    const path = join(folder(), "hooks.jsonl");
    const second = line(2);
    writeFileSync(path, line(1) + second.slice(0, 100));
    const support = await watching(path);
    expect(await ids(support)).toEqual([1]);
    expect(support.notes).toHaveLength(1);
    expect(support.notes[0]).toContain("ends in the middle of a record");
    appendFileSync(path, second.slice(100, 200));
    await scan(support);
    expect(await ids(support)).toEqual([1]);
    appendFileSync(path, second.slice(200));
    await scan(support);
    expect(await ids(support)).toEqual([2, 1]);
    expect(support.findings).toEqual([]);
  });

  test("an ETag changes with what is new, and only then", async () => {
    const path = join(folder(), "hooks.jsonl");
    writeFileSync(path, line(1));
    const support = await watching(path);
    const etag = async () => (await fetch(support.url)).headers.get("etag");
    const first = await etag();
    await scan(support);
    expect(await etag()).toBe(first);
    appendFileSync(path, line(2));
    await scan(support);
    expect(await etag()).not.toBe(first);
  });

  test("files come into folders and globs, also where there were none", async () => {
    const dir = folder();
    const support = await watching(dir, join(dir, "*.later"));
    expect(await ids(support)).toEqual([]);
    mkdirSync(join(dir, "day"));
    writeFileSync(join(dir, "day", "a.json"), line(1));
    writeFileSync(join(dir, "b.jsonl.gz"), gzipSync(line(2)));
    await scan(support);
    expect(await ids(support)).toEqual([2, 1]);
    writeFileSync(join(dir, "c.later"), line(3));
    await scan(support);
    expect(await ids(support)).toEqual([3, 2, 1]);
  });

  test("more parts of a conversation join it, and move it to the front", async () => {
    const path = join(folder(), "events.jsonl");
    writeFileSync(path, event("one", "m1", 1) + event("two", "m1", 2));
    const support = await watching(path);
    const counts = async () => (await served(support.url)).map(({ id, messages }) => [id, messages.length]);
    const before = await counts();
    expect(before.map(([, count]) => count)).toEqual([1, 1]);
    appendFileSync(path, event("one", "m2", 3));
    await scan(support);
    expect(await counts()).toEqual([
      [before[1]![0], 2],
      [before[0]![0], 1],
    ]);
  });
});

describe("files that change otherwise", () => {
  test("a file that is cut and written anew tells what it tells now", async () => {
    const path = join(folder(), "hooks.jsonl");
    writeFileSync(path, line(1) + line(2));
    const support = await watching(path);
    writeFileSync(path, line(5));
    await scan(support);
    expect(await ids(support)).toEqual([5]);
    truncateSync(path, 0);
    await scan(support);
    expect(await ids(support)).toEqual([]);
  });

  test("a longer file with another beginning is another file", async () => {
    const path = join(folder(), "hooks.jsonl");
    writeFileSync(path, line(1));
    const support = await watching(path);
    writeFileSync(path, line(1, "Other") + line(2));
    await scan(support);
    expect(await ids(support)).toEqual([2, 1]);
    expect(JSON.stringify(await served(support.url))).toContain("Other");
    expect(support.findings).toEqual([]);
  });

  test("a change that only shows when a record is sent: the file is read anew before the answer", async () => {
    const path = join(folder(), "hooks.jsonl");
    const many = (text: string) =>
      Array.from({ length: 60 }, (_, k) => line(k + 1, k === 30 ? text : "Hello")).join("");
    writeFileSync(path, many("Hello"));
    const support = await watching(path);
    writeFileSync(path, many("Other") + line(61));
    await scan(support);
    expect(await ids(support)).toHaveLength(61);
    expect(JSON.stringify(await served(support.url))).toContain("Other");
    expect(support.errors).toEqual([]);
  });

  test("what changes between two looks is looked at for the answer that meets it", async () => {
    const dir = folder();
    const [plain, closed] = ["capture.jsonl", "capture-1.jsonl"].map((name) => join(dir, name)) as [
      string,
      string,
    ];
    writeFileSync(plain, line(1) + line(2));
    const support = await watching(dir);
    renameSync(plain, closed);
    writeFileSync(plain, line(3));
    writeFileSync(`${closed}.gz`, gzipSync(readFileSync(closed)));
    rmSync(closed);
    // What was there when the request came, and then what has come since.
    expect(await ids(support)).toEqual([2, 1]);
    expect(await ids(support)).toEqual([3, 2, 1]);
    expect(support.errors).toEqual([]);
  });

  test("what has gone between two looks is gone from the answer that meets it", async () => {
    const dir = folder();
    writeFileSync(join(dir, "old.jsonl"), line(1) + line(2));
    const support = await watching(dir);
    rmSync(join(dir, "old.jsonl"));
    writeFileSync(join(dir, "new.jsonl"), line(2) + line(4));
    expect(await ids(support)).toEqual([4, 2]);
    expect(support.errors).toEqual([]);
  });

  test("an answer goes on when its files are rotated under it", async () => {
    const dir = folder();
    const text = "x".repeat(40_000);
    const parts = ["a", "b", "c"].map((name) => join(dir, `${name}.jsonl`));
    for (const [k, path] of parts.entries()) {
      const lines = Array.from({ length: 20 }, (_, id) => line(k * 20 + id + 1, text));
      writeFileSync(path, lines.join(""));
    }
    const support = await watching(dir);
    const whole = await (await fetch(support.url)).text();
    const again = await watching(dir);
    const response = await fetch(again.url);
    const reader = response.body!.getReader();
    const chunks = [(await reader.read()).value!];
    for (const path of parts) {
      writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)));
      rmSync(path);
    }
    await scan(again);
    for (let next = await reader.read(); !next.done; next = await reader.read()) chunks.push(next.value);
    expect(Buffer.concat(chunks).toString("utf8")).toBe(whole);
    expect(again.errors).toEqual([]);
  });

  test("a document that is replaced by a newer one", async () => {
    const dir = folder();
    const path = join(dir, "list.json");
    writeFileSync(path, `[${line(1)},${line(2)}]`);
    const support = await watching(path);
    writeFileSync(join(dir, "new"), `[${line(2)},${line(3)}]`);
    renameSync(join(dir, "new"), path);
    await scan(support);
    expect(await ids(support)).toEqual([3, 2]);
  });

  test("a file that is removed, unless another one tells the same", async () => {
    const dir = folder();
    writeFileSync(join(dir, "a.jsonl"), line(1) + line(2));
    writeFileSync(join(dir, "b.jsonl"), line(2, "Differs") + line(3));
    const support = await watching(dir);
    expect(JSON.stringify(await served(support.url))).not.toContain("Differs");
    rmSync(join(dir, "a.jsonl"));
    await scan(support);
    expect(await ids(support)).toEqual([3, 2]);
    expect(JSON.stringify(await served(support.url))).toContain("Differs");
  });

  test("rotation: renamed, compressed, removed; nothing doubles, nothing is missing in between", async () => {
    const dir = folder();
    const [plain, closed, packed] = ["capture.jsonl", "capture-1.jsonl", "capture-1.jsonl.gz"].map((name) =>
      join(dir, name),
    ) as [string, string, string];
    writeFileSync(plain, line(1) + line(2));
    const support = await watching(dir);
    const steps = [
      () => renameSync(plain, closed),
      () => writeFileSync(plain, line(3)),
      () => writeFileSync(packed, gzipSync(readFileSync(closed))),
      () => rmSync(closed),
    ];
    for (const step of steps) {
      step();
      await scan(support);
      expect((await ids(support)).slice(-2)).toEqual([2, 1]);
    }
    expect(await ids(support)).toEqual([3, 2, 1]);
    // Of the four steps only the new file and the compressed one were read.
    expect(support.server.counts.read).toBe(5);
    expect(support.findings.filter(({ severity }) => severity !== "info")).toEqual([]);
  });

  test("a file that cannot be read is complained of once, and read when it can be", async () => {
    const path = join(folder(), "later.jsonl");
    const support = await watching(path);
    await scan(support);
    expect(support.complaints).toHaveLength(1);
    writeFileSync(path, line(1));
    await scan(support);
    expect(await ids(support)).toEqual([1]);
  });
});

type Step = readonly [what: "append" | "rewrite" | "remove" | "rename" | "pack", file: number, id: number];

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.tuple(
    fc.constantFrom("append", "append", "append", "rewrite", "remove", "rename", "pack"),
    fc.integer({ min: 0, max: 2 }),
    fc.integer({ min: 1, max: 8 }),
  ) as fc.Arbitrary<Step>,
  { minLength: 1, maxLength: 12 },
);

/** Hooks and events by turns; the same id always tells the same, so that it does not matter which file comes first. */
const payload = (id: number) => (id % 2 === 0 ? line(id) : event(`c${id % 4}`, `m${id}`, id));

function take(dir: string, [what, file, id]: Step): void {
  const path = join(dir, `${file}.jsonl`);
  if (what === "append") appendFileSync(path, payload(id));
  else if (what === "rewrite") writeFileSync(path, payload(id) + payload(id + 1));
  else if (what === "remove") rmSync(path, { force: true });
  else if (existsSync(path) && what === "rename") renameSync(path, join(dir, `${file}-old.jsonl`));
  else if (existsSync(path)) writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)));
}

test("whatever happens to the files, what is served is what they hold", { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 4 }), async (rounds) => {
      const dir = folder();
      writeFileSync(join(dir, "0.jsonl"), payload(1));
      writeFileSync(join(dir, "kept.jsonl"), payload(9));
      const support = await watching(dir);
      for (const round of rounds) {
        for (const step of round) take(dir, step);
        await scan(support);
        const now = (await servedLines(support.url)).toSorted();
        const fresh = (await converted([dir])).toSorted();
        expect(now).toEqual(fresh);
      }
      await support.server.close(0);
    }),
    { numRuns: 25 },
  );
});
