import { readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeEach, expect, test, vi } from "vitest";
import { openDeadLetters } from "../../src/replay/dead-letter-file.ts";
import { newFolder, open, outcome, put, resume, written } from "./journal-support.ts";

/** The calls that make something last, in order, with the names of their files and how long these were. */
const events = vi.hoisted(() => [] as string[]);

vi.mock("node:fs", async (load) => {
  const fs = await load<typeof import("node:fs")>();
  const names = new Map<number, string>();
  const open = (path: string, ...rest: unknown[]) => {
    const done = rest.pop() as (error: Error | null, fd?: number) => void;
    const opened = (error: Error | null, fd?: number) => {
      if (fd !== undefined) names.set(fd, basename(path));
      done(error, fd);
    };
    (fs.open as unknown as (...args: unknown[]) => void)(path, ...rest, opened);
  };
  /** Notes a call when it has come to its end. */
  const noting = (name: "fdatasync" | "fsync" | "ftruncate") => {
    return (fd: number, ...rest: unknown[]) => {
      const done = rest.pop() as (error: Error | null) => void;
      const over = (error: Error | null) => {
        const stats = fs.fstatSync(fd);
        events.push(`${name} ${names.get(fd)}${stats.isDirectory() ? "" : ` ${stats.size}`}`);
        done(error);
      };
      (fs[name] as unknown as (...args: unknown[]) => void)(fd, ...rest, over);
    };
  };
  const calls = {
    open,
    fdatasync: noting("fdatasync"),
    fsync: noting("fsync"),
    ftruncate: noting("ftruncate"),
  };
  return { ...fs, ...calls, default: { ...fs, ...calls } };
});

vi.mock("node:fs/promises", async (load) => {
  const fs = await load<typeof import("node:fs/promises")>();
  const rename = async (from: string, to: string) => {
    await fs.rename(from, to);
    events.push(`rename ${basename(from)} ${basename(to)}`);
  };
  return { ...fs, rename, default: { ...fs, rename } };
});

beforeEach(() => {
  events.length = 0;
});

test("a torn last line of a journal is gone for good before anything is written in its place", async () => {
  const path = join(newFolder(), "run.jsonl");
  const bytes = await written(
    path,
    [1, 2, 3].map((sequence) => outcome(sequence)),
  );
  put(path, Buffer.concat([bytes, Buffer.from('{"sequence":4,"ident')]));
  events.length = 0;
  const journal = await resume(path);
  expect(events).toEqual([`ftruncate run.jsonl ${bytes.length}`, `fdatasync run.jsonl ${bytes.length}`]);
  await journal.record(outcome(4));
  await journal.close();
  expect(events.at(-1)).toBe(`fdatasync run.jsonl ${statSync(path).size}`);
});

test("dead letters that are left out are gone for good before a message is sent again", async () => {
  const folder = newFolder();
  const path = join(folder, "dead.jsonl");
  const run = "0123456789abcdef0123456789abcdef";
  const letters = await openDeadLetters({ path, run });
  for (const sequence of [1, 2, 3]) await letters.record(outcome(sequence, "failed"));
  await letters.close();
  const lines = readFileSync(path, "utf8").split("\n");
  events.length = 0;
  const again = await openDeadLetters({ path, run, isFailed: ({ sequence }) => sequence !== 2 });
  const kept = `${lines[0]}\n${lines[2]}\n`;
  expect(events).toEqual([
    `fdatasync .dead.jsonl.chatx-letters.tmp ${Buffer.byteLength(kept)}`,
    "rename .dead.jsonl.chatx-letters.tmp dead.jsonl",
    `fsync ${basename(folder)}`,
  ]);
  expect(readFileSync(path, "utf8")).toBe(kept);
  await again.close();
});

test("a new journal has its name in its folder, and its first line, before anything is sent", async () => {
  const folder = newFolder();
  const journal = await open(join(folder, "run.jsonl"));
  expect(events).toEqual([
    `fsync ${basename(folder)}`,
    `fdatasync run.jsonl ${statSync(join(folder, "run.jsonl")).size}`,
  ]);
  await journal.close();
});
