import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { fingerprintOf } from "../../src/replay/journal/fingerprint.ts";
import { peekJournal } from "../../src/replay/journal/journal.ts";
import type { PlannedMessage } from "../../src/replay/types.ts";
import {
  FINGERPRINT,
  failureOf,
  identityOf,
  kindOf,
  message,
  newFolder,
  open,
  outcome,
  plan,
  put,
  resume,
  statesIn,
  verified,
  written,
} from "./journal-support.ts";

describe("a journal", () => {
  test("remembers what is final, and nothing else", async () => {
    const path = join(newFolder(), "run.jsonl");
    await written(path, [
      outcome(1),
      outcome(2, "failed", { status: 404, code: "refused" }),
      outcome(3, "unknown"),
      outcome(4, "held"),
      outcome(5, "pending"),
    ]);
    const { states, tornBytes } = await statesIn(path, 6);
    expect(states).toEqual(["delivered", "failed", undefined, undefined, undefined, undefined]);
    expect(tornBytes).toBe(0);
  });

  test("keeps delivered messages delivered, and lets a later outcome replace any other", async () => {
    const path = join(newFolder(), "run.jsonl");
    await written(path, [outcome(1, "unknown"), outcome(2)]);
    const journal = await resume(path);
    await Promise.all([journal.record(outcome(1)), journal.record(outcome(2, "failed"))]);
    await journal.close();
    expect((await statesIn(path, 2)).states).toEqual(["delivered", "delivered"]);
  });

  test("is JSON Lines with a checksum over each line and all before it", async () => {
    const path = join(newFolder(), "run.jsonl");
    const bytes = await written(path, [
      outcome(1, "failed", { status: 410, code: "gone", attempts: 3 }),
      outcome(2),
    ]);
    const lines = bytes.toString("latin1").trimEnd().split("\n");
    const values = lines.map((line) => JSON.parse(line));
    expect(values[0]).toMatchObject({ kind: "chatx-journal", version: 1, fingerprint: FINGERPRINT });
    expect(values[1]).toMatchObject({
      sequence: 1,
      identity: identityOf(1),
      state: "failed",
      attempts: 3,
      status: 410,
      code: "gone",
    });
    let crc = 0;
    for (const [index, line] of lines.entries()) {
      crc = crc32(line.slice(0, line.lastIndexOf(',"crc"')), crc);
      expect(values[index].crc).toBe(crc.toString(16).padStart(8, "0"));
    }
  });

  test("holds nothing of a payload, a reason or a strange code", async () => {
    const path = join(newFolder(), "run.jsonl");
    const bytes = await written(path, [
      outcome(1, "failed", { reason: "canary-reason", code: 'cana"}\nry' }),
      outcome(2),
    ]);
    expect(bytes.toString()).not.toContain("canary-reason");
    expect(bytes.toString()).toContain('"code":"cana___ry"');
    expect(bytes.toString()).not.toContain("staging.example.com");
    expect((await statesIn(path, 2)).states).toEqual(["failed", "delivered"]);
  });

  test("takes outcomes in any order, also far apart", async () => {
    const path = join(newFolder(), "run.jsonl");
    const journal = await open(path);
    const sequences = [2 ** 53 - 1, 7, 2 ** 32 + 7, 1, 2 ** 32];
    await Promise.all(sequences.map((sequence) => journal.record(outcome(sequence))));
    await journal.close();
    const again = await resume(path);
    for (const sequence of sequences) expect(again.finalState(message(sequence))).toBe("delivered");
    expect(again.finalState(message(8))).toBeUndefined();
    await again.close();
  });

  test("refuses an outcome once it is closed, and may be closed twice", async () => {
    const journal = await open(join(newFolder(), "run.jsonl"));
    await journal.close();
    await journal.close();
    await expect(journal.record(outcome(1))).rejects.toThrow("closed");
  });
});

describe("starting and resuming", () => {
  test("a run is not begun over another one", async () => {
    const path = join(newFolder(), "run.jsonl");
    const bytes = await written(path, [outcome(1)]);
    expect(await failureOf(open(path))).toMatchObject({ kind: "exists", exitCode: 2 });
    expect(readFileSync(path)).toEqual(bytes);
  });

  test("a journal that is not there cannot be resumed, and is not made", async () => {
    const path = join(newFolder(), "missing.jsonl");
    expect(await failureOf(resume(path))).toMatchObject({ kind: "missing", exitCode: 2 });
    expect(existsSync(path)).toBe(false);
  });

  test("an empty file is no run yet: both ways start anew in it", async () => {
    for (const start of [open, resume]) {
      const path = join(newFolder(), "run.jsonl");
      put(path, "");
      const journal = await start(path);
      expect(journal.earlier).toBeUndefined();
      await journal.record(outcome(1));
      await journal.close();
      expect((await statesIn(path, 1)).states).toEqual(["delivered"]);
    }
  });

  test("the run keeps its name when it is resumed", async () => {
    const path = join(newFolder(), "run.jsonl");
    const first = await open(path);
    await first.close();
    const second = await resume(path);
    await second.close();
    expect(second.run).toBe(first.run);
    expect(second.run).toMatch(/^[0-9a-f]{32}$/);
  });

  test("a resume says which parts of the command have changed", async () => {
    const path = join(newFolder(), "run.jsonl");
    const bytes = await written(path, [outcome(1)]);
    const other = fingerprintOf({
      target: "https://production.example.com/hook",
      "body template": '{"id":"$payload.id"}',
      options: "--method PUT",
      signing: "hmac-sha256",
    });
    const failure = await failureOf(resume(path, { fingerprint: other }));
    expect(failure).toMatchObject({ kind: "other-run", exitCode: 2 });
    expect(String(failure)).toContain("changed: options, signing, target");
    expect(readFileSync(path)).toEqual(bytes);
  });

  test("a part called like a member of every object is a part like any other", async () => {
    const path = join(newFolder(), "run.jsonl");
    await written(path, [outcome(1)]);
    const failure = await failureOf(resume(path, { fingerprint: { ...FINGERPRINT, constructor: "0" } }));
    expect(String(failure)).toContain("changed: constructor");
  });

  test("a dry run looks into it without a lock and without a change", async () => {
    const folder = newFolder();
    const path = join(folder, "run.jsonl");
    expect(await peekJournal({ path, mode: "create", fingerprint: FINGERPRINT })).toBeUndefined();
    const journal = await open(path);
    await journal.record(outcome(1));
    writeFileSync(path, '{"sequence":2', { flag: "a" });
    const bytes = readFileSync(path);
    const earlier = await peekJournal({ path, mode: "resume", fingerprint: FINGERPRINT });
    expect(earlier?.stateOf(message(1))).toBe("delivered");
    expect(earlier?.size).toBe(1);
    expect(readFileSync(path)).toEqual(bytes);
    expect(await kindOf(peekJournal({ path, mode: "resume", fingerprint: {} }))).toBe("other-run");
    expect(await kindOf(peekJournal({ path, mode: "create", fingerprint: FINGERPRINT }))).toBe("exists");
    const none = join(folder, "none.jsonl");
    expect(await kindOf(peekJournal({ path: none, mode: "resume", fingerprint: FINGERPRINT }))).toBe(
      "missing",
    );
    await journal.close().catch(() => undefined);
  });
});

describe("changed inputs", () => {
  test("show when a message is asked for", async () => {
    const path = join(newFolder(), "run.jsonl");
    await written(path, [outcome(1), outcome(2, "unknown")]);
    const journal = await resume(path);
    expect(() => journal.finalState(message(1, 9))).toThrow("message 1 is another one");
    expect(() => journal.finalState(message(2, 9))).toThrow("message 2 is another one");
    await journal.close();
  });

  test("show in a first pass, before anything is sent", async () => {
    const path = join(newFolder(), "run.jsonl");
    const first = await open(path);
    await verified(first, plan(5));
    for (const sequence of [1, 2, 3]) await first.record(outcome(sequence));
    await first.close();
    const verdict = async (messages: readonly PlannedMessage[]) => {
      const journal = await resume(path);
      const failure = await failureOf(verified(journal, messages));
      await journal.close();
      return String(failure);
    };
    expect(await verdict(plan(5))).toBe("fine");
    expect(await verdict(plan(6))).toContain("there were 5 messages, and now there are more");
    expect(await verdict(plan(4))).toContain("there were 5 messages, and now there are 4");
    expect(await verdict(plan(2))).toContain("1 of the 3 messages that it knows are not among the inputs");
    expect(await verdict([...plan(3), ...plan(5, 7).slice(3)])).toContain(
      "still to be sent are not the same",
    );
    expect(await verdict(plan(5, 7))).toContain("message 1 is another one");
  });

  test("are noticed to the end also when the first run was killed before it had read its plan", async () => {
    const path = join(newFolder(), "run.jsonl");
    await written(path, [outcome(1)]);
    const second = await resume(path);
    expect(await verified(second, plan(3))).toMatchObject({ planned: 3 });
    await second.close();
    const third = await resume(path);
    expect(await kindOf(verified(third, plan(4)))).toBe("inputs-changed");
    await third.close();
  });

  test("are noticed when the end of the plan was seen while it was sent", async () => {
    const path = join(newFolder(), "run.jsonl");
    const first = await open(path);
    const sent: number[] = [];
    const watch = first.verifyPlan();
    for (const one of plan(3)) {
      watch.add(one);
      sent.push(one.sequence);
      await first.record(outcome(one.sequence));
    }
    await watch.end();
    await first.close();
    expect(sent).toEqual([1, 2, 3]);
    const second = await resume(path);
    expect(await kindOf(verified(second, plan(3)))).toBe("fine");
    expect(await kindOf(verified(second, plan(4)))).toBe("inputs-changed");
    await second.close();
  });

  test("a plan that was left in the middle has no end", async () => {
    const path = join(newFolder(), "run.jsonl");
    const first = await open(path);
    first.verifyPlan().add(message(1));
    await first.record(outcome(1));
    await first.close();
    expect(readFileSync(path, "utf8")).not.toContain("planned");
  });

  test("a finished run that is resumed has nothing left to send", async () => {
    const path = join(newFolder(), "run.jsonl");
    await written(path, [outcome(1), outcome(2, "failed"), outcome(3)]);
    const journal = await resume(path);
    await verified(journal, plan(3));
    expect(plan(3).filter((one) => journal.finalState(one) === undefined)).toEqual([]);
    await journal.close();
  });
});

describe("the file", () => {
  test("is its owner's alone, whatever the umask", async () => {
    for (const mask of [0o000, 0o077, 0o177]) {
      const folder = newFolder();
      const before = process.umask(mask);
      try {
        await written(join(folder, "run.jsonl"), [outcome(1)]);
      } finally {
        process.umask(before);
      }
      expect(statSync(join(folder, "run.jsonl")).mode & 0o777).toBe(0o600);
      expect(readdirSync(folder)).toEqual(["run.jsonl"]);
    }
  });

  test("is tightened where it is looser", async () => {
    const path = join(newFolder(), "run.jsonl");
    await written(path, [outcome(1)]);
    chmodSync(path, 0o644);
    await (await resume(path)).close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("is refused as a symbolic link, also a dangling one, and as a folder or socket", async () => {
    const folder = newFolder();
    const target = join(folder, "target");
    symlinkSync(target, join(folder, "dangling"));
    expect(await failureOf(open(join(folder, "dangling")))).toMatchObject({
      kind: "not-a-private-file",
      exitCode: 4,
    });
    expect(existsSync(target)).toBe(false);
    await written(target, [outcome(1)]);
    symlinkSync(target, join(folder, "link"));
    expect(await kindOf(resume(join(folder, "link")))).toBe("not-a-private-file");
    mkdirSync(join(folder, "sub"));
    expect(await kindOf(open(join(folder, "sub")))).toBe("not-a-private-file");
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(folder, "socket"), resolve));
    expect(await kindOf(resume(join(folder, "socket")))).toBe("not-a-private-file");
    await new Promise((resolve) => server.close(resolve));
  });

  test.skipIf(process.platform === "win32")(
    "is refused as a pipe, without waiting for its other end",
    async () => {
      const path = join(newFolder(), "pipe");
      expect(spawnSync("mkfifo", [path]).status).toBe(0);
      for (const start of [open, resume]) {
        expect(await failureOf(start(path))).toMatchObject({ kind: "not-a-private-file", exitCode: 4 });
      }
      expect(await kindOf(peekJournal({ path, mode: "resume", fingerprint: FINGERPRINT }))).toBe(
        "not-a-private-file",
      );
    },
  );

  test.runIf(process.platform === "linux")("is refused as a device", async () => {
    expect(["not-a-private-file", "unwritable"]).toContain(await kindOf(open("/dev/full")));
  });

  test("is refused in a folder where everybody may exchange it, but not in one like /tmp", async () => {
    const folder = newFolder();
    chmodSync(folder, 0o777);
    expect(await failureOf(open(join(folder, "run.jsonl")))).toMatchObject({
      kind: "unsafe-folder",
      exitCode: 4,
    });
    expect(readdirSync(folder)).toEqual([]);
    chmodSync(folder, 0o1777);
    expect(await kindOf(written(join(folder, "run.jsonl"), [outcome(1)]))).toBe("fine");
  });

  test("in a folder that is not there is refused", async () => {
    expect(await failureOf(open(join(newFolder(), "no", "run.jsonl")))).toMatchObject({
      kind: "unwritable",
      exitCode: 4,
    });
  });
});
