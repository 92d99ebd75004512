import { appendFileSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sealHeader, sealOutcome } from "../../src/replay/journal/format.ts";
import { peekJournal } from "../../src/replay/journal/journal.ts";
import {
  FINGERPRINT,
  failureOf,
  folderInMemory,
  identityOf,
  kindOf,
  lineStarts,
  message,
  open,
  outcome,
  put,
  resume,
  statesIn,
  written,
} from "./journal-support.ts";

const SIX = [1, 2, 3, 4, 5, 6];
const path = join(folderInMemory(), "run.jsonl");
const paths = Array.from({ length: 8 }, (_, k) => join(folderInMemory(), `run-${k}.jsonl`));

/** Does the work for each number from `from` to below `end`, some at a time, each of them with a file of its own. */
async function forEach(from: number, end: number, work: (at: number, path: string) => Promise<void>) {
  let next = from;
  const some = async (path: string) => {
    while (next < end) await work(next++, path);
  };
  await Promise.all(paths.map(some));
}

async function six(): Promise<Buffer> {
  const own = join(folderInMemory(), "run.jsonl");
  return written(
    own,
    SIX.map((sequence) => outcome(sequence, sequence === 2 ? "failed" : "delivered", { status: 200 })),
  );
}

const STATES = ["delivered", "failed", "delivered", "delivered", "delivered", "delivered"];

describe("a last line that was not written to its end", () => {
  test("is dropped, wherever in the last three records the file ends, and later lines are not glued to it", async () => {
    const bytes = await six();
    const starts = lineStarts(bytes);
    await forEach(starts[4]!, bytes.length + 1, async (length, path) => {
      put(path, bytes.subarray(0, length));
      const whole = starts.filter((start) => start <= length).length - 2;
      const journal = await resume(path);
      expect(SIX.map((sequence) => journal.finalState(message(sequence)))).toEqual(
        STATES.map((state, index) => (index < whole ? state : undefined)),
      );
      expect(journal.tornBytes).toBe(length - starts[whole + 1]!);
      await journal.record(outcome(whole + 1));
      await journal.close();
      const { states, tornBytes } = await statesIn(path, whole + 1);
      expect(states.at(-1)).toBe("delivered");
      expect(tornBytes).toBe(0);
    });
  });

  test("is dropped where it is the header, as then nothing was sent", async () => {
    const bytes = await six();
    const header = lineStarts(bytes)[1]!;
    await forEach(0, header, async (length, path) => {
      for (const zeros of [0, 5000]) {
        put(path, Buffer.concat([bytes.subarray(0, length), Buffer.alloc(zeros)]));
        const journal = await resume(path);
        expect(journal.earlier).toBeUndefined();
        expect(journal.tornBytes).toBe(length + zeros);
        await journal.record(outcome(1));
        await journal.close();
        expect((await statesIn(path, 1)).states).toEqual(["delivered"]);
      }
    });
  });

  test("may be zeros, as file systems leave them after a power failure", async () => {
    const bytes = await six();
    const last = lineStarts(bytes).at(-2)!;
    for (const [kept, zeros] of [
      [bytes.length, 1],
      [bytes.length, 4096],
      [bytes.length, 3_000_000],
      [last, 4096],
      [last + 20, 4096],
      [bytes.length - 1, 70_000],
    ] as const) {
      put(path, Buffer.concat([bytes.subarray(0, kept), Buffer.alloc(zeros)]));
      const { states, tornBytes } = await statesIn(path, 6);
      expect(states.slice(0, 5)).toEqual(STATES.slice(0, 5));
      expect(states[5]).toBe(kept === bytes.length ? "delivered" : undefined);
      expect(tornBytes).toBeGreaterThanOrEqual(zeros);
      expect(statSync(path).size).toBe(kept === bytes.length ? bytes.length : last);
    }
  });

  test("may have lost its middle and kept its end", async () => {
    const bytes = await six();
    const last = lineStarts(bytes).at(-2)!;
    const holed = Buffer.from(bytes);
    holed.fill(0, last + 10, bytes.length - 10);
    put(path, holed);
    expect((await statesIn(path, 6)).states).toEqual([...STATES.slice(0, 5), undefined]);
  });

  test("a file of nothing but zeros is an empty one", async () => {
    for (const zeros of [1, 4096, 1_000_000]) {
      put(path, Buffer.alloc(zeros));
      const journal = await resume(path);
      expect([journal.earlier, journal.tornBytes]).toEqual([undefined, zeros]);
      await journal.close();
    }
  });
});

describe("damage before the last line", () => {
  test("of any single bit is refused with the byte where the line starts, and nothing is changed", async () => {
    const bytes = await six();
    const starts = lineStarts(bytes);
    const last = starts.at(-2)!;
    await forEach(0, last, async (at, path) => {
      const line = starts.filter((start) => start <= at).at(-1)!;
      for (let bit = 0; bit < 8; bit++) {
        const damaged = Buffer.from(bytes);
        damaged[at]! ^= 1 << bit;
        put(path, damaged);
        const failure = await failureOf(peekJournal({ path, mode: "resume", fingerprint: FINGERPRINT }));
        if (failure === "fine") throw new Error(`bit ${bit} of byte ${at} went unnoticed`);
        expect(failure.exitCode).toBe(4);
        if (line === 0) expect(["damaged", "foreign", "unknown-version"]).toContain(failure.kind);
        else expect(failure.message).toContain(`damaged at byte ${line}:`);
      }
    });
    const damaged = Buffer.from(bytes);
    damaged[starts[2]! + 5]! ^= 4;
    put(path, damaged);
    await kindOf(resume(path));
    expect(readFileSync(path)).toEqual(damaged);
  });

  test("of any single bit in the last line costs no more than that line", async () => {
    const bytes = await six();
    const last = lineStarts(bytes).at(-2)!;
    await forEach(last, bytes.length, async (at, path) => {
      for (let bit = 0; bit < 8; bit++) {
        const damaged = Buffer.from(bytes);
        damaged[at]! ^= 1 << bit;
        put(path, damaged);
        const earlier = await peekJournal({ path, mode: "resume", fingerprint: FINGERPRINT }).catch(
          (error) => {
            expect(error).toMatchObject({ kind: "damaged" });
          },
        );
        if (earlier)
          expect(SIX.map((one) => earlier.stateOf(message(one)))).toEqual([...STATES.slice(0, 5), undefined]);
      }
    });
  });

  test.each([
    ["a lost line", (lines: string[]) => lines.splice(2, 1)],
    ["a repeated line", (lines: string[]) => lines.splice(2, 0, lines[2]!)],
    ["two exchanged lines", (lines: string[]) => lines.splice(2, 2, lines[3]!, lines[2]!)],
    ["an empty line", (lines: string[]) => lines.splice(3, 0, "\n")],
    ["zeros in the middle", (lines: string[]) => lines.splice(3, 0, "\0".repeat(512))],
    ["a page of zeros in place of lines", (lines: string[]) => lines.splice(2, 2, "\0".repeat(4096))],
    ["a line that is cut", (lines: string[]) => lines.splice(3, 1, lines[3]!.slice(0, 40))],
    ["a line of another journal", (lines: string[]) => lines.splice(3, 1, lines[3]!.replace("crc", "CRC"))],
    ["a missing header", (lines: string[]) => lines.splice(0, 1)],
    ["a second header", (lines: string[]) => lines.splice(1, 0, lines[0]!)],
  ])("such as %s is refused", async (_, change) => {
    const lines = (await six()).toString("latin1").split(/(?<=\n)/);
    change(lines);
    const damaged = lines.join("");
    put(path, damaged);
    expect(["damaged", "foreign"]).toContain(await kindOf(resume(path)));
    expect(readFileSync(path, "latin1")).toBe(damaged);
  });

  test("such as a sound line that contradicts an earlier one is refused", async () => {
    const header = sealHeader({
      run: identityOf(1),
      created: "2026-01-01T00:00:00.000Z",
      fingerprint: FINGERPRINT,
    });
    const line = { sequence: 1, identity: identityOf(1), state: "failed", attempts: 1 } as const;
    const first = sealOutcome(line, header.crc);
    const second = sealOutcome({ ...line, identity: identityOf(2) }, first.crc);
    put(path, header.line + first.line + second.line);
    expect(String(await failureOf(resume(path)))).toContain(
      `damaged at byte ${header.line.length + first.line.length}`,
    );
  });

  test("such as a megabyte without a newline is refused before memory is taken for it", async () => {
    const bytes = await six();
    put(path, bytes);
    appendFileSync(path, "x".repeat(1_000_000));
    expect(await kindOf(resume(path))).toBe("damaged");
    put(
      path,
      Buffer.concat([
        bytes.subarray(0, lineStarts(bytes)[1]),
        Buffer.from(`{"length":9007199254740992${"0".repeat(2e6)}`),
      ]),
    );
    expect(await kindOf(resume(path))).toBe("damaged");
  });

  test("says how the sound part can be kept", async () => {
    const bytes = await six();
    const third = lineStarts(bytes)[3]!;
    const damaged = Buffer.from(bytes);
    damaged[third + 3]! ^= 1;
    put(path, damaged);
    const failure = await failureOf(resume(path));
    if (failure === "fine") throw new Error("went unnoticed");
    expect(failure.hint).toContain(`truncate -s ${third}`);
    put(path, damaged.subarray(0, third));
    expect((await statesIn(path, 3)).states).toEqual(["delivered", "failed", undefined]);
  });
});

describe("a file of another kind is refused and left as it is", () => {
  test.each([
    ["a text", "Dear diary,\ntoday nothing happened.\n", "foreign"],
    ["a text of one line", "Dear diary", "foreign"],
    ["a capture", '{"method":"POST","headers":{},"body":"{}"}\n', "foreign"],
    ["one brace and more", '{"kind":"other-journal","version":1}\n', "foreign"],
    ["a newline", "\n", "foreign"],
    ["zeros and then text", `${"\0".repeat(100)}text\n`, "foreign"],
    ["a newer version", '{"kind":"chatx-journal","version":2,"anything":1}\n{"x":1}\n', "unknown-version"],
    ["a newer version without a newline", '{"kind":"chatx-journal","version":2,"any', "unknown-version"],
    ["version 10", '{"kind":"chatx-journal","version":10,"crc":"00000000"}\n', "unknown-version"],
    ["version 0", '{"kind":"chatx-journal","version":0,"crc":"00000000"}\n', "unknown-version"],
    ["no version", '{"kind":"chatx-journal","version":"1"}\n', "unknown-version"],
    [
      "a header without a right checksum",
      '{"kind":"chatx-journal","version":1,"crc":"00000000"}\n',
      "damaged",
    ],
  ])("%s", async (_, text, kind) => {
    for (const start of [resume, open]) {
      put(path, text);
      const failure = await failureOf(start(path));
      expect(failure).toMatchObject({ kind, exitCode: 4 });
      expect(readFileSync(path, "latin1")).toBe(text);
    }
  });
});
