import { appendFileSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FileJournal } from "../../src/replay/journal/file-journal.ts";
import { identityWords, OutcomeTable } from "../../src/replay/journal/index-table.ts";
import type { MessageState } from "../../src/replay/types.ts";
import {
  folderInMemory,
  identityOf,
  kindOf,
  open,
  outcome,
  plan,
  put,
  resume,
  verified,
} from "./journal-support.ts";

const MESSAGES = 6;

/** Ten thousand take two minutes: CHATX_LIVES=10000. */
const LIVES = Number(process.env.CHATX_LIVES ?? 400);

/** One step of a life with a journal; `part` from 0 to below 1. */
type Step =
  | {
      readonly kind: "record";
      readonly group: readonly { readonly sequence: number; readonly state: MessageState }[];
    }
  | { readonly kind: "close" }
  /** Killed in the middle of a write: the file ends somewhere in what was written last, maybe in zeros. */
  | { readonly kind: "tear"; readonly part: number; readonly zeros: number }
  /** A bit before the last line flips while nobody works with the file. */
  | { readonly kind: "flip"; readonly part: number }
  | { readonly kind: "verify"; readonly planned: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("record" as const),
      group: fc.array(
        fc.record({
          sequence: fc.integer({ min: 1, max: MESSAGES }),
          state: fc.constantFrom<MessageState>("delivered", "failed", "unknown", "held", "pending"),
        }),
        { minLength: 1, maxLength: 3 },
      ),
    }),
  },
  { weight: 2, arbitrary: fc.constant<Step>({ kind: "close" }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("tear" as const),
      part: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      zeros: fc.constantFrom(0, 0, 1, 600),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("flip" as const),
      part: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("verify" as const),
      planned: fc.integer({ min: 0, max: MESSAGES }),
    }),
  },
);

/** What a journal means: its lines one after the other, and nothing clever. */
class Model {
  readonly lines: ({ sequence: number; state: MessageState } | { planned: number })[] = [];
  /** Length of the file after the header and after each line. */
  readonly ends: number[] = [];

  stateOf(sequence: number): MessageState | undefined {
    let state: MessageState | undefined;
    for (const line of this.lines) {
      if ("sequence" in line && line.sequence === sequence && state !== "delivered") state = line.state;
    }
    return state;
  }

  finalState(sequence: number): MessageState | undefined {
    const state = this.stateOf(sequence);
    return state === "delivered" || state === "failed" ? state : undefined;
  }

  get planned(): number | undefined {
    for (const line of this.lines) if ("planned" in line) return line.planned;
    return undefined;
  }

  accepts(planned: number): boolean {
    const isMissing = plan(MESSAGES).some(
      ({ sequence }) => sequence > planned && this.stateOf(sequence) !== undefined,
    );
    return !isMissing && (this.planned === undefined || this.planned === planned);
  }
}

class Life {
  readonly path: string;
  private readonly model = new Model();
  private journal: FileJournal | undefined;

  constructor(path: string) {
    this.path = path;
  }

  async opened(): Promise<FileJournal> {
    if (this.journal !== undefined) return this.journal;
    this.journal = this.model.ends.length === 0 ? await open(this.path) : await resume(this.path);
    if (this.model.ends.length === 0) this.model.ends.push(this.length);
    expect(plan(MESSAGES).map((one) => this.journal?.finalState(one))).toEqual(
      plan(MESSAGES).map(({ sequence }) => this.model.finalState(sequence)),
    );
    return this.journal;
  }

  async close(): Promise<void> {
    await this.journal?.close();
    this.journal = undefined;
  }

  async take(next: Step): Promise<void> {
    switch (next.kind) {
      case "record": {
        const journal = await this.opened();
        await Promise.all(next.group.map(({ sequence, state }) => journal.record(outcome(sequence, state))));
        for (const line of next.group) if (line.state !== "pending") this.added(line);
        break;
      }
      case "verify":
        await this.verify(next.planned);
        break;
      case "close":
        await this.close();
        break;
      case "tear":
        await this.tear(next);
        break;
      case "flip":
        await this.flip(next.part);
    }
  }

  private get length(): number {
    return readFileSync(this.path).length;
  }

  private added(line: Model["lines"][number]): void {
    this.model.lines.push(line);
    const bytes = readFileSync(this.path);
    this.model.ends.push(bytes.indexOf(10, this.model.ends.at(-1)) + 1);
  }

  private async verify(planned: number): Promise<void> {
    // A plan is verified right after the start: outcomes of this very run are not in its index.
    await this.close();
    const journal = await this.opened();
    const verdict = await kindOf(verified(journal, plan(planned)));
    expect(verdict).toBe(this.model.accepts(planned) ? "fine" : "inputs-changed");
    if (verdict === "fine" && this.model.planned === undefined) this.added({ planned });
  }

  /** Cuts the last line, as a kill in the middle of its write does. */
  private async tear({ part, zeros }: { part: number; zeros: number }): Promise<void> {
    await this.close();
    const { ends, lines } = this.model;
    if (ends.length < 2) return;
    const start = ends.at(-2)!;
    truncateSync(this.path, start + Math.floor((ends.at(-1)! - start) * part));
    appendFileSync(this.path, Buffer.alloc(zeros));
    ends.pop();
    lines.pop();
  }

  /** Flips a bit, sees the refusal, and flips it back. */
  private async flip(part: number): Promise<void> {
    await this.close();
    const { ends } = this.model;
    if (ends.length < 2) return;
    const sound = readFileSync(this.path);
    const bit = Math.floor(part * ends.at(-2)! * 8);
    const damaged = Buffer.from(sound);
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    put(this.path, damaged);
    expect(["damaged", "foreign", "unknown-version"]).toContain(await kindOf(resume(this.path)));
    expect(readFileSync(this.path)).toEqual(damaged);
    put(this.path, sound);
  }
}

describe("a journal compared with a model of it", () => {
  test(`knows the same after ${LIVES} random lives`, { timeout: 600_000 }, async () => {
    const path = join(folderInMemory(), "run.jsonl");
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
        rmSync(path, { force: true });
        const life = new Life(path);
        for (const one of steps) await life.take(one);
        await life.close();
        await life.opened();
        await life.close();
      }),
      { numRuns: LIVES },
    );
  });
});

describe("the table of outcomes", () => {
  const sequences = fc.oneof(
    fc.integer({ min: 1, max: 50 }),
    fc.constantFrom(2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1, 2 ** 31),
    fc.integer({ min: 1, max: 1000 }).map((k) => k * 1024),
  );

  test("knows what a Map knows, whatever the sequence numbers", () => {
    const put = fc.record({
      sequence: sequences,
      salt: fc.constantFrom(0, 0, 0, 1),
      state: fc.constantFrom("delivered" as const, "failed" as const, "unknown" as const, "held" as const),
    });
    fc.assert(
      fc.property(fc.array(put, { maxLength: 300 }), (puts) => {
        const table = new OutcomeTable();
        const map = new Map<number, { salt: number; state: string }>();
        for (const { sequence, salt, state } of puts) {
          const before = map.get(sequence);
          const isOther = before !== undefined && before.salt !== salt;
          expect(table.put(sequence, identityWords(identityOf(sequence, salt)), state)).toBe(
            isOther ? "differs" : "taken",
          );
          if (!isOther && before?.state !== "delivered") map.set(sequence, { salt, state });
        }
        expect(table.size).toBe(map.size);
        for (const { sequence, salt } of puts) {
          const known = map.get(sequence)!;
          const expected = known.salt === salt ? known.state : "differs";
          expect(table.stateOf(sequence, identityWords(identityOf(sequence, salt)))).toBe(expected);
          expect(table.stateOf(sequence, identityWords(identityOf(sequence, 2)))).toBe("differs");
        }
      }),
    );
  });

  test("grows past its first size and loses nobody", () => {
    const table = new OutcomeTable();
    for (let sequence = 1; sequence <= 20_000; sequence++)
      table.put(sequence * 3, identityWords(identityOf(sequence)), "failed");
    for (let sequence = 1; sequence <= 20_000; sequence++) {
      expect(table.stateOf(sequence * 3, identityWords(identityOf(sequence)))).toBe("failed");
      expect(table.stateOf(sequence * 3 + 1, identityWords(identityOf(sequence)))).toBeUndefined();
    }
  });
});
