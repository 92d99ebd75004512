import { readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SYNC_LINES } from "../../src/files/group-writer.ts";
import { systemClock } from "../../src/replay/clock.ts";
import type { DeadLetter } from "../../src/replay/dead-letter.ts";
import { type DeadLetters, openDeadLetters, withDeadLetters } from "../../src/replay/dead-letter-file.ts";
import type { FileJournal } from "../../src/replay/journal/file-journal.ts";
import { Runner } from "../../src/replay/run.ts";
import type { ReplaySummary } from "../../src/replay/types.ts";
import { failureOf, folderInMemory, message, open, put, resume, verified } from "./journal-support.ts";
import { type Kept, LosingDisk, type Moment } from "./losing-disk.ts";
import { answer } from "./run-fakes.ts";

type Name = "journal" | "letters";

const COUNT = 1600;
const CONCURRENCY = 8;
const MESSAGES = Array.from({ length: COUNT }, (_, index) => ({
  ...message(index + 1),
  orderKey: `conversation ${index % 50}`,
}));
const isRefused = (sequence: number) => sequence % 400 === 7;
const REFUSED = MESSAGES.map(({ sequence }) => sequence).filter(isRefused);

interface Paths {
  readonly journal: string;
  readonly letters: string;
}

function pathsIn(folder: string): Paths {
  return { journal: join(folder, "run.jsonl"), letters: join(folder, "dead.jsonl") };
}

/** One life of a run: what arrived, by sequence and in order, and what it came to. */
interface Life {
  readonly arrived: readonly number[];
  readonly summary: ReplaySummary;
  readonly states: ReadonlyMap<number, string>;
}

/** Sends what the journal does not call final; every 400th message is refused for good. */
async function live(journal: FileJournal, letters: DeadLetters, arrived: number[] = []): Promise<Life> {
  const states = new Map<number, string>();
  const runner = new Runner(
    {
      journal: withDeadLetters(journal, letters),
      clock: systemClock(),
      transport: {
        async send({ body }) {
          const { id } = JSON.parse(Buffer.from(body).toString()) as { id: number };
          arrived.push(id);
          await new Promise<void>((resolve) => setImmediate(resolve));
          return answer(isRefused(id) ? 422 : 200);
        },
        async close() {},
      },
      onOutcome: ({ message: { sequence }, state }) => states.set(sequence, state),
    },
    { concurrency: CONCURRENCY, onFailure: "continue" },
  );
  const plan = journal.verifyPlan();
  for (const one of MESSAGES) {
    plan.add(one);
    await runner.submit(one);
  }
  await plan.end();
  const summary = await runner.finish();
  await letters.close();
  await journal.close();
  return { arrived, summary, states };
}

async function firstLife(): Promise<{ disk: LosingDisk<Name>; life: Life }> {
  const paths = pathsIn(folderInMemory());
  const arrived: number[] = [];
  const disk = new LosingDisk<Name>({ ...paths }, () => arrived.length);
  const journal = await open(paths.journal, { calls: disk.calls("journal") });
  const letters = await openDeadLetters({
    path: paths.letters,
    run: journal.run,
    calls: disk.calls("letters"),
  });
  return { disk, life: await live(journal, letters, arrived) };
}

function sequencesIn(path: string): number[] {
  const text = readFileSync(path, "utf8");
  // What no newline ends, or is no JSON, is no letter.
  return text
    .split("\n")
    .slice(0, -1)
    .flatMap((line) => {
      try {
        return [(JSON.parse(line) as DeadLetter).chatx.sequence];
      } catch {
        return [];
      }
    });
}

type Tail = (lost: Buffer) => Buffer;

const gone: Tail = () => Buffer.alloc(0);
const there: Tail = (lost) => lost;
const ofBoth = (tail: Tail): Record<Name, Tail> => ({ journal: tail, letters: tail });

/** What a file system may show where it had written nothing for sure, up to the length it knows. */
const TAILS: Readonly<Record<string, Readonly<Record<Name, Tail>>>> = {
  "is gone": ofBoth(gone),
  "is zeros": ofBoth((lost) => Buffer.alloc(lost.length)),
  "is garbage": ofBoth((lost) => Buffer.from(lost.map((byte, at) => (byte * 31 + at * 7) & 0xff))),
  "is there in part, the later half first": ofBoth((lost) => lost.fill(0, 0, lost.length >> 1)),
  "is there but for its end": ofBoth((lost) => lost.subarray(0, Math.floor(lost.length * 0.7))),
  "is there in the journal alone": { journal: there, letters: gone },
  "is there": ofBoth(there),
};

/** Opens the journal; one that is refused as damaged is cut where the message says that it is sound before. */
async function reopened(path: string, kept: Kept): Promise<{ journal: FileJournal; isCut: boolean }> {
  const failure = await failureOf(resume(path).then((journal) => journal.close()));
  if (failure === "fine") return { journal: await resume(path), isCut: false };
  expect(failure.kind).toBe("damaged");
  const sound = Number(/truncate -s (\d+)/.exec(failure.hint!)?.[1]);
  expect(sound).toBeGreaterThanOrEqual(kept.durable);
  truncateSync(path, sound);
  return { journal: await resume(path), isCut: true };
}

/** The same for dead letters: a file that is refused is left as it is, and a new one named, as the message says. */
async function lettersAgain(
  path: string,
  journal: FileJournal,
): Promise<{ letters: DeadLetters; paths: string[] }> {
  const open = (at: string) =>
    openDeadLetters({
      path: at,
      run: journal.run,
      isFailed: (one) => journal.finalState(one) === "failed",
    });
  const before = readFileSync(path);
  const failure = await failureOf(open(path).then((letters) => letters.close()));
  if (failure === "fine") return { letters: await open(path), paths: [path] };
  expect(failure.kind).toBe("foreign");
  expect(readFileSync(path).equals(before)).toBe(true);
  const other = path.replace(".jsonl", "-2.jsonl");
  return { letters: await open(other), paths: [path, other] };
}

/** Resumes what a power failure left, and holds what must be true of it. @returns Whether a file was refused on the way. */
async function expectNothingLost(
  { disk, life }: { disk: LosingDisk<Name>; life: Life },
  moment: Moment<Name>,
  tails: Readonly<Record<Name, Tail>>,
): Promise<boolean> {
  const paths = pathsIn(folderInMemory());
  for (const name of ["journal", "letters"] as const)
    put(paths[name], disk.remains(name, moment, tails[name]));
  const before = new Set(life.arrived.slice(0, moment.arrived));

  const { journal, isCut } = await reopened(paths.journal, moment.files.journal);
  const known = new Map(MESSAGES.map((one) => [one.sequence, journal.finalState(one)]));
  const surviving = new Set(sequencesIn(paths.letters));
  const lettersOnDisk = await lettersAgain(paths.letters, journal);
  await verified(journal, MESSAGES);
  const again = await live(journal, lettersOnDisk.letters);

  // Final is only what had arrived, and failed only what has its letter.
  const invented = MESSAGES.filter(({ sequence }) => {
    const state = known.get(sequence);
    return (state !== undefined && !before.has(sequence)) || (state === "failed" && !surviving.has(sequence));
  });
  expect(invented).toEqual([]);
  const open = MESSAGES.map(({ sequence }) => sequence).filter((one) => known.get(one) === undefined);
  expect([...again.arrived].sort((a, b) => a - b)).toEqual(open);
  expect(again.summary).toMatchObject({
    planned: COUNT,
    delivered: COUNT - REFUSED.length,
    failed: REFUSED.length,
  });
  const letters = lettersOnDisk.paths.flatMap(sequencesIn);
  expect([...new Set(letters)].sort((a, b) => a - b)).toEqual(REFUSED);
  if (lettersOnDisk.paths.length === 1) expect(letters).toHaveLength(REFUSED.length);
  return isCut || lettersOnDisk.paths.length > 1;
}

describe("a disk that loses what was not synced when the power fails", () => {
  const first = firstLife();

  /** Every begin and end of an fdatasync, and some of the writes between them. */
  async function moments(): Promise<Moment<Name>[]> {
    const { disk } = await first;
    const writes = disk.moments.filter(({ event }) => event === "write");
    const sampled = writes.filter((_, index) => index % Math.ceil(writes.length / 5) === 0);
    // No run has begun before the header is on the disk.
    return disk.moments
      .filter((one) => one.event !== "write" || sampled.includes(one))
      .filter(({ files }) => files.journal.durable > 0);
  }

  test("has at no moment more to lose than is promised", async () => {
    const { disk, life } = await first;
    expect(life.summary).toMatchObject({ planned: COUNT, failed: REFUSED.length, pending: 0 });
    const lost = disk.moments.map((one) =>
      disk.remains("journal", one, there).subarray(one.files.journal.durable),
    );
    const lines = lost.map((bytes) => bytes.filter((byte) => byte === 10).length);
    // 1,000 lines, and as many again while they are made durable.
    expect(Math.max(...lines)).toBeLessThanOrEqual(2 * SYNC_LINES + CONCURRENCY);
    expect(Math.max(...lines)).toBeGreaterThan(CONCURRENCY);
  });

  test("has nothing to lose once the run has said what it came to", async () => {
    const { disk, life } = await first;
    const end = disk.moments.at(-1)!;
    for (const { durable, written } of Object.values(end.files)) expect(durable).toBe(written);
    expect(life.states.size).toBe(COUNT);
    const paths = pathsIn(folderInMemory());
    put(paths.journal, disk.remains("journal", end, gone));
    put(paths.letters, disk.remains("letters", end, gone));
    const journal = await resume(paths.journal);
    const { letters } = await lettersAgain(paths.letters, journal);
    for (const one of MESSAGES) expect(journal.finalState(one)).toBe(life.states.get(one.sequence));
    expect((await live(journal, letters)).arrived).toEqual([]);
    expect(sequencesIn(paths.letters).sort((a, b) => a - b)).toEqual(REFUSED);
  });

  test("never has a failure in the journal whose letter is not durable", async () => {
    const { disk } = await first;
    for (const moment of disk.moments) {
      const journal = disk.remains("journal", moment, there).toString("latin1");
      const letters = disk.remains("letters", moment, gone).toString("latin1");
      const failed = journal.split('"state":"failed"').length - 1;
      expect(letters.split("\n").length - 1).toBeGreaterThanOrEqual(failed);
    }
  });

  test.each(Object.entries(TAILS))(
    "costs duplicates and no message where the rest %s",
    async (name, tails) => {
      let refused = 0;
      const all = await moments();
      for (const moment of all) if (await expectNothingLost(await first, moment, tails)) refused++;
      expect(all.length).toBeGreaterThan(12);
      // Only what no cut-off write can leave is for somebody to look at.
      if (!/garbage|in part/.test(name)) expect(refused).toBe(0);
      else expect(refused).toBeGreaterThan(0);
    },
  );
});
