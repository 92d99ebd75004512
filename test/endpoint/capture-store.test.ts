import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { compressFile } from "../../src/endpoint/capture/closed-files.ts";
import { captureLine } from "../../src/endpoint/capture/record.ts";
import { CaptureStore, type StoreEvent, type StoreOptions } from "../../src/endpoint/capture/store.ts";
import { type FileCalls, realCalls } from "../../src/files/group-writer.ts";

const made: string[] = [];
const open: CaptureStore[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((store) => store.close()));
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "chatx-capture-"));
  made.push(folder);
  return folder;
}

interface Opened {
  readonly store: CaptureStore;
  readonly path: string;
  readonly events: StoreEvent[];
  /** Resolves with the first event of this kind, past ones included. */
  readonly until: (kind: StoreEvent["event"]) => Promise<StoreEvent>;
}

async function storeIn(path: string, options: Partial<StoreOptions> = {}): Promise<Opened> {
  const events: StoreEvent[] = [];
  const waiting: (() => void)[] = [];
  const store = await CaptureStore.open({
    path,
    isDaily: false,
    isGzip: true,
    now: () => new Date(),
    onEvent: (event) => {
      events.push(event);
      for (const check of waiting) check();
    },
    ...options,
  });
  open.push(store);
  const until = (kind: StoreEvent["event"]) =>
    new Promise<StoreEvent>((resolve) => {
      const check = () => {
        const found = events.find(({ event }) => event === kind);
        if (found !== undefined) resolve(found);
      };
      waiting.push(check);
      check();
    });
  return { store, path, events, until };
}

function record(text: string): string {
  return captureLine({
    method: "POST",
    url: "/",
    headers: [],
    receivedAt: new Date("2026-01-31T12:00:00Z"),
    body: Buffer.from(text),
    marks: {},
  });
}

/** Bodies in a file, in order; every line must be a whole record. */
function bodiesIn(path: string): string[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  expect(text === "" || text.endsWith("\n")).toBe(true);
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line).body as string);
}

describe("a capture file", () => {
  test("holds what was appended, in order, and nobody else can read it", async () => {
    const { store, path } = await storeIn(join(newFolder(), "c.jsonl"));
    await Promise.all(Array.from({ length: 100 }, (_, k) => store.append(record(String(k)))));
    expect(bodiesIn(path)).toEqual(Array.from({ length: 100 }, (_, k) => String(k)));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("is appended to by the next run; looser rights are taken back", async () => {
    const path = join(newFolder(), "c.jsonl");
    writeFileSync(path, record("old"), { mode: 0o644 });
    const { store, events } = await storeIn(path);
    await store.append(record("new"));
    expect(bodiesIn(path)).toEqual(["old", "new"]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(events).toEqual([]);
  });

  test("shares one fdatasync among what comes together", async () => {
    let syncs = 0;
    const calls: FileCalls = {
      ...realCalls,
      sync: (fd) => {
        syncs++;
        return realCalls.sync(fd);
      },
    };
    const { store } = await storeIn(join(newFolder(), "c.jsonl"), { calls });
    await Promise.all(Array.from({ length: 200 }, () => store.append(record("x"))));
    expect(syncs).toBeLessThan(5);
  });

  test("is synced before a line counts as stored", async () => {
    const seen: string[] = [];
    const calls: FileCalls = {
      ...realCalls,
      sync: async (fd) => {
        await realCalls.sync(fd);
        seen.push("synced");
      },
    };
    const { store } = await storeIn(join(newFolder(), "c.jsonl"), { calls });
    await store.append(record("x")).then(() => seen.push("stored"));
    expect(seen).toEqual(["synced", "stored"]);
  });

  test.each<[string, (path: string) => void, string]>([
    ["a symbolic link", (path) => symlinkSync("/etc/hostname", path), "not-a-private-file"],
    ["a dangling link", (path) => symlinkSync("/nowhere/at/all", path), "not-a-private-file"],
    ["a folder", (path) => mkdirSync(path), "not-a-private-file"],
    ["a text", (path) => writeFileSync(path, "Dear diary,\n"), "foreign"],
    ["other JSON", (path) => writeFileSync(path, '{"conversations":[]}\n'), "foreign"],
  ])("cannot be %s", async (_, make, kind) => {
    const path = join(newFolder(), "c.jsonl");
    make(path);
    await expect(storeIn(path)).rejects.toMatchObject({ kind });
  });

  test("belongs to one process at a time", async () => {
    const { path, store } = await storeIn(join(newFolder(), "c.jsonl"));
    await expect(storeIn(path)).rejects.toMatchObject({ kind: "in-use", exitCode: 4 });
    await store.close();
    await (await storeIn(path)).store.append(record("later"));
    expect(bodiesIn(path)).toEqual(["later"]);
  });
});

describe("the end of a file", () => {
  const whole = record("first");
  const last = record('text with "quotes" and \u00fc');

  test("that a kill cut off anywhere is cut back, and said", async () => {
    const path = join(newFolder(), "c.jsonl");
    const bytes = Buffer.from(whole + last);
    const firstBytes = Buffer.byteLength(whole);
    for (let length = firstBytes + 1; length < bytes.length - 1; length += 7) {
      writeFileSync(path, bytes.subarray(0, length));
      const { store, events } = await storeIn(path);
      await store.append(record("next"));
      await store.close();
      expect(bodiesIn(path)).toEqual(["first", "next"]);
      expect(events).toEqual([{ event: "mended", cutBytes: length - firstBytes }]);
    }
  });

  test.each([
    ["is whole but for its newline", Buffer.from((whole + last).slice(0, -1)), 2, 0],
    ["is zeros, as after a power cut", Buffer.concat([Buffer.from(whole), Buffer.alloc(5000)]), 1, 5000],
    ["is zeros alone", Buffer.alloc(5000), 0, 5000],
    ["is the beginning of the very first record", Buffer.from(whole.slice(0, 5)), 0, 5],
  ])("that %s", async (_, bytes, kept, cutBytes) => {
    const path = join(newFolder(), "c.jsonl");
    writeFileSync(path, bytes);
    const { store, events } = await storeIn(path);
    await store.append(record("next"));
    expect(bodiesIn(path)).toHaveLength(kept + 1);
    expect(events).toEqual(cutBytes === 0 ? [] : [{ event: "mended", cutBytes }]);
  });
});

describe("when storing fails", () => {
  function failing(code: string, where: "write" | "sync", times: number): FileCalls & { left: number } {
    const fault = () => Object.assign(new Error(code), { code });
    const calls = {
      left: times,
      lookAt: realCalls.lookAt,
      write: async (fd: number, bytes: Uint8Array, offset: number) => {
        if (where === "write" && calls.left > 0) {
          calls.left--;
          // As a full disk does: some of it goes in.
          await realCalls.write(fd, bytes.subarray(0, offset + 10), offset);
          throw fault();
        }
        return realCalls.write(fd, bytes, offset);
      },
      sync: async (fd: number) => {
        if (where === "sync" && calls.left > 0) {
          calls.left--;
          throw fault();
        }
        return realCalls.sync(fd);
      },
    };
    return calls;
  }

  test.each([
    ["ENOSPC", "write"],
    ["EDQUOT", "write"],
    ["EIO", "write"],
    ["EIO", "sync"],
    ["ENOSPC", "sync"],
  ] as const)(
    "with %s of %s, its senders hear of it, nothing of it stays, and the next is stored",
    async (code, where) => {
      const calls = failing(code, where, 2);
      const { store, path, events, until } = await storeIn(join(newFolder(), "c.jsonl"), { calls });
      calls.left = 0;
      await store.append(record("before"));
      calls.left = 2;
      const lost = await Promise.allSettled(["a", "b"].map((text) => store.append(record(text))));
      expect(lost.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
      await expect(store.append(record("c"))).rejects.toMatchObject({ kind: "unwritable" });
      expect(store.isFailing).toBe(true);
      await store.append(record("after"));
      expect(store.isFailing).toBe(false);
      expect(bodiesIn(path)).toEqual(["before", "after"]);
      await until("recovered");
      expect(events.map(({ event }) => event)).toEqual(["storing-failed", "recovered"]);
    },
  );

  test("a reader finds no half line even if nothing else is ever sent", async () => {
    const calls = failing("ENOSPC", "write", 1);
    const { store, path } = await storeIn(join(newFolder(), "c.jsonl"), { calls });
    await expect(store.append(record("lost"))).rejects.toThrow(/no space left/);
    await store.close();
    expect(bodiesIn(path)).toEqual([]);
  });

  test("whatever fails when, the file holds what was acknowledged, once, in order", async () => {
    const step = fc.constantFrom("ok", "write", "sync", "rotate");
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(step, fc.integer({ min: 1, max: 5 })), { maxLength: 12 }),
        async (steps) => {
          let next = "ok";
          const calls: FileCalls = {
            lookAt: realCalls.lookAt,
            write: async (fd, bytes, offset) => {
              if (next !== "write") return realCalls.write(fd, bytes, offset);
              next = "ok";
              await realCalls.write(fd, bytes.subarray(0, Math.ceil(bytes.length / 2)), offset);
              throw Object.assign(new Error("EIO"), { code: "EIO" });
            },
            sync: async (fd) => {
              if (next !== "sync") return realCalls.sync(fd);
              next = "ok";
              throw Object.assign(new Error("EIO"), { code: "EIO" });
            },
          };
          const folder = newFolder();
          const { store, path } = await storeIn(join(folder, "c.jsonl"), {
            calls,
            rotateBytes: 1500,
            isGzip: false,
          });
          const acknowledged: string[] = [];
          let count = 0;
          for (const [what, lines] of steps) {
            if (what !== "rotate") next = what;
            const texts = Array.from(
              { length: lines },
              () => `${count++}${what === "rotate" ? "x".repeat(800) : ""}`,
            );
            const results = await Promise.allSettled(texts.map((text) => store.append(record(text))));
            acknowledged.push(...texts.filter((_, k) => results[k]!.status === "fulfilled"));
          }
          await store.close();
          const closed = readdirSync(folder)
            .filter((name) => name.startsWith("c-"))
            .sort();
          const stored = [...closed.map((name) => join(folder, name)), path].flatMap(bodiesIn);
          expect(stored).toEqual(acknowledged);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe("rotation", () => {
  test("closes a file before it grows beyond its size, and compresses it", async () => {
    const folder = newFolder();
    const times = ["2026-01-31T23:59:59.001Z", "2026-01-31T23:59:59.002Z"].map((time) => new Date(time));
    const { store, path, until, events } = await storeIn(join(folder, "c.jsonl"), {
      rotateBytes: 250,
      now: () => times.shift() ?? new Date("2026-02-01T00:00:00.000Z"),
    });
    for (const text of ["a", "b", "c"]) await store.append(record(text.repeat(60)));
    await until("compressed");
    await store.close();
    const closed = readdirSync(folder)
      .filter((name) => name !== "c.jsonl")
      .sort();
    expect(closed[0]).toMatch(/^c-2026013\dT235959\.00\dZ(?:-\d)?\.jsonl(?:\.gz)?$/);
    const all = [...closed.map((name) => join(folder, name)), path];
    expect(all.flatMap(bodiesIn).map((body) => body[0])).toEqual(["a", "b", "c"]);
    for (const file of all) expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(events.filter(({ event }) => event === "rotated")).toHaveLength(2);
  });

  test("begins a file with each day", async () => {
    const folder = newFolder();
    let now = new Date("2026-01-31T23:59:59Z");
    const { store, path } = await storeIn(join(folder, "c.jsonl"), {
      isDaily: true,
      isGzip: false,
      now: () => now,
    });
    await store.append(record("late"));
    now = new Date("2026-02-01T00:00:00Z");
    await store.append(record("early"));
    await store.append(record("later"));
    expect(bodiesIn(path)).toEqual(["early", "later"]);
    expect(bodiesIn(join(folder, "c-20260201T000000.000Z.jsonl"))).toEqual(["late"]);
  });

  test("never takes a name that is taken", async () => {
    const folder = newFolder();
    const now = () => new Date("2026-02-01T00:00:00Z");
    const { store } = await storeIn(join(folder, "c.jsonl"), { rotateBytes: 1, isGzip: false, now });
    for (const text of ["a", "b", "c"]) await store.append(record(text));
    expect(
      readdirSync(folder)
        .filter((name) => !name.startsWith("."))
        .sort(),
    ).toEqual(["c-20260201T000000.000Z-2.jsonl", "c-20260201T000000.000Z.jsonl", "c.jsonl"]);
  });

  test("that a kill broke off is finished by the next start", async () => {
    const folder = newFolder();
    const closed = join(folder, "c-20260131T120000.000Z.jsonl");
    writeFileSync(closed, record("closed"));
    writeFileSync(join(folder, ".c-20260131T120000.000Z.jsonl.gz.chatx-tmp"), "half");
    writeFileSync(join(folder, "c-notes.jsonl"), "the user's own");
    // Killed between the compressed file's name and the plain file's end.
    const both = join(folder, "c-20260131T110000.000Z.jsonl");
    writeFileSync(both, record("both"));
    writeFileSync(`${both}.gz`, gzipSync(record("both")));
    const { until } = await storeIn(join(folder, "c.jsonl"));
    await until("compressed");
    expect(bodiesIn(`${closed}.gz`)).toEqual(["closed"]);
    expect(
      readdirSync(folder)
        .filter((name) => !name.includes("lock"))
        .sort(),
    ).toEqual([
      "c-20260131T110000.000Z.jsonl.gz",
      "c-20260131T120000.000Z.jsonl.gz",
      "c-notes.jsonl",
      "c.jsonl",
    ]);
  });

  test("leaves the plain file, and its own descriptors alone, when compressing is broken off", async () => {
    const file = join(newFolder(), "c-20260131T120000.000Z.jsonl");
    writeFileSync(file, record("x".repeat(300_000)));
    const abort = new AbortController();
    const compressing = compressFile(file, abort.signal);
    setImmediate(() => abort.abort());
    // EBADF would mean that a number was closed twice, which may be another file's by then.
    await expect(compressing).rejects.toMatchObject({ name: "AbortError" });
    expect(readdirSync(dirname(file))).toEqual([basename(file)]);
    expect(await compressFile(file, new AbortController().signal)).toBe(`${file}.gz`);
    expect(bodiesIn(`${file}.gz`)).toEqual(["x".repeat(300_000)]);
  });

  test("by another program, which moves the file away, loses nothing and doubles nothing", async () => {
    const { store, path, events } = await storeIn(join(newFolder(), "c.jsonl"));
    await store.append(record("before"));
    renameSync(path, `${path}.1`);
    await Promise.all(["a", "b"].map((text) => store.append(record(text))));
    await store.append(record("after"));
    expect(bodiesIn(path)).toEqual(["a", "b", "after"]);
    expect(bodiesIn(`${path}.1`)).toEqual(["before"]);
    rmSync(path);
    await store.append(record("anew"));
    expect(bodiesIn(path)).toEqual(["anew"]);
    expect(events).toEqual([]);
  });
});

test("a file that another program cuts or writes to is not cut further, and nothing stands in it twice", async () => {
  const { store, path } = await storeIn(join(newFolder(), "c.jsonl"));
  await store.append(record("one"));
  appendFileSync(path, record("theirs"));
  await store.append(record("two"));
  expect(bodiesIn(path)).toEqual(["one", "theirs", "two"]);
  truncateSync(path, 0);
  await store.append(record("three"));
  await store.append(record("four"));
  expect(bodiesIn(path)).toEqual(["three", "four"]);
});

test("a file that is moved in the very moment of a write keeps the line, and the next file has it, too", async () => {
  const path = join(newFolder(), "c.jsonl");
  let isMoved = false;
  const calls: FileCalls = {
    ...realCalls,
    write: async (fd, bytes, offset) => {
      if (!isMoved) renameSync(path, `${path}.1`);
      isMoved = true;
      return realCalls.write(fd, bytes, offset);
    },
  };
  const { store } = await storeIn(path, { calls });
  await store.append(record("one"));
  // Whoever moves a file may be about to remove it: better twice than nowhere.
  expect([bodiesIn(path), bodiesIn(`${path}.1`)]).toEqual([["one"], ["one"]]);
});
