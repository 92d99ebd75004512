import {
  appendFileSync,
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { realCalls } from "../../src/files/group-writer.ts";
import { RecordSplitter } from "../../src/input/records.ts";
import { type DeadLetter, deadLetterLine } from "../../src/replay/dead-letter.ts";
import {
  type DeadLetterFileOptions,
  openDeadLetters,
  withDeadLetters,
} from "../../src/replay/dead-letter-file.ts";
import type { MessageOutcome, PlannedMessage } from "../../src/replay/types.ts";
import type { HttpRequest } from "../../src/transport/types.ts";
import {
  failureOf,
  folderInMemory,
  identityOf,
  kindOf,
  message,
  newFolder,
  open,
  outcome,
  put,
  resume,
} from "./journal-support.ts";

const RUN = "0123456789abcdef0123456789abcdef";
const AT = new Date("2026-03-04T05:06:07.000Z");

function failed(sequence: number, more: Partial<MessageOutcome> = {}): MessageOutcome {
  return outcome(sequence, "failed", {
    status: 422,
    code: "refused",
    reason: "the endpoint refuses it",
    ...more,
  });
}

function sending(request: Partial<HttpRequest>): PlannedMessage {
  const whole: HttpRequest = {
    method: "POST",
    url: "https://staging.example.com/hook",
    headers: [],
    body: new TextEncoder().encode("{}"),
    ...request,
  };
  return { ...message(1), request: () => ({ ok: true, request: whole }) };
}

function letterOf(one: PlannedMessage, hasSecret?: (text: string) => boolean): DeadLetter {
  const options = { run: RUN, ...(hasSecret === undefined ? {} : { hasSecret }) };
  return JSON.parse(deadLetterLine(failed(1, { message: one }), options, AT));
}

function opened(path: string, more: Partial<DeadLetterFileOptions> = {}) {
  return openDeadLetters({ path, run: RUN, ...more });
}

function identitiesIn(path: string): string[] {
  const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as DeadLetter).chatx.identity);
}

describe("a dead letter", () => {
  test("is a capture record with what became of the message", () => {
    const request = {
      headers: [["content-type", "application/json"]],
      body: new TextEncoder().encode('{"a":"ä"}'),
    } as const;
    expect(letterOf(sending(request))).toEqual({
      method: "POST",
      url: "https://staging.example.com/hook",
      headers: [["content-type", "application/json"]],
      body: '{"a":"ä"}',
      chatx: {
        identity: identityOf(1),
        sequence: 1,
        run: RUN,
        source: "captured.jsonl",
        record: 1,
        state: "failed",
        status: 422,
        code: "refused",
        reason: "the endpoint refuses it",
        attempts: 1,
        at: "2026-03-04T05:06:07.000Z",
      },
    });
  });

  test("gives back the same bytes when it is read as an input, whatever they are", () => {
    const json = fc.json().filter((text) => text.startsWith("{"));
    fc.assert(
      fc.property(json, (text) => {
        const bytes = new TextEncoder().encode(text);
        const line = deadLetterLine(failed(1, { message: sending({ body: bytes }) }), { run: RUN }, AT);
        const splitter = new RecordSplitter("dead.jsonl", { maxRecordBytes: 1 << 20 });
        const records = [...splitter.push(new TextEncoder().encode(line)), ...splitter.end()];
        // A body that is itself a list of records would be read as several; only then is it more than one.
        if (/"(?:conversations|log)"/.test(text)) return;
        expect(records.map(({ bytes: found }) => Buffer.from(found).toString("hex"))).toEqual([
          Buffer.from(text.trim()).toString("hex"),
        ]);
        expect(records[0]?.capture).toMatchObject({ method: "POST", identity: identityOf(1) });
      }),
    );
  });

  test("keeps bytes that are no text as Base64", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (body) => {
        const letter = letterOf(sending({ body }));
        const back =
          letter.bodyBase64 === undefined
            ? Buffer.from(letter.body!)
            : Buffer.from(letter.bodyBase64, "base64");
        expect([...back]).toEqual([...body]);
      }),
    );
  });

  test("is one line, whatever the text", () => {
    const body = new TextEncoder().encode('{"text":"a\u2028b\\nc"}\n\n');
    const line = deadLetterLine(
      failed(1, { message: sending({ body }), reason: "two\nlines" }),
      { run: RUN },
      AT,
    );
    expect(line.indexOf("\n")).toBe(line.length - 1);
  });

  test.each([
    ["Authorization", "Bearer x"],
    ["Cookie", "a=b"],
    ["proxy-authorization", "Basic x"],
    ["X-Api-Key", "x"],
    ["x-access-token", "x"],
    ["Idempotency-Key", '"x"'],
    ["webhook-signature", "v1,x"],
    ["X-Smartsupp-Hmac", "x"],
    ["X-Tenant-Token-Id", "t-1"],
  ])("has no %s header, and says so unless it is made anew", (name, value) => {
    const letter = letterOf(
      sending({
        headers: [
          [name, value],
          ["x-shop", "7"],
          ["X-Author", "Ann"],
        ],
      }),
    );
    expect(letter.headers).toEqual([
      ["x-shop", "7"],
      ["X-Author", "Ann"],
    ]);
    expect(letter.chatx.withheld).toEqual(name === "Idempotency-Key" ? undefined : [`header ${name}`]);
  });

  test("names the headers whose templates name a secret, once, and holds no captured one of that name", () => {
    const one = sending({
      headers: [
        ["x-api-key", "captured"],
        ["x-own", "captured"],
      ],
    });
    const options = { run: RUN, secretHeaders: ["X-Api-Key", "X-Own", "X-Other"] };
    const letter = JSON.parse(deadLetterLine(failed(1, { message: one }), options, AT)) as DeadLetter;
    expect(letter.headers).toEqual([]);
    expect(letter.chatx.withheld).toEqual(["header X-Api-Key", "header X-Own", "header X-Other"]);
  });

  test("holds no secret in URL, header or body, and says what is withheld", () => {
    const hasSecret = (text: string) => text.includes("canary");
    const letter = letterOf(
      sending({
        url: "https://staging.example.com/hook?k=canary",
        headers: [
          ["x-shop", "canary"],
          ["accept", "*/*"],
        ],
        body: new TextEncoder().encode('{"k":"canary"}'),
      }),
      hasSecret,
    );
    expect(JSON.stringify(letter)).not.toContain("canary");
    expect(letter).toMatchObject({
      headers: [["accept", "*/*"]],
      body: "",
      chatx: { withheld: ["url", "header x-shop", "body"] },
    });
  });

  test("holds no user name and password of the URL", () => {
    expect(letterOf(sending({ url: "https://ann:canary@staging.example.com/hook" })).url).toBe(
      "https://staging.example.com/hook",
    );
  });

  test("takes the form of the request that has no secrets, where the plan offers one", () => {
    const one: PlannedMessage = {
      ...sending({}),
      request: () => ({ ok: false, reason: "there is no token" }),
      publicRequest: () => ({
        ok: true,
        request: {
          method: "PUT",
          url: "https://staging.example.com/hook",
          headers: [],
          body: new Uint8Array([0x7b, 0x7d]),
        },
      }),
    };
    expect(letterOf(one)).toMatchObject({ method: "PUT", body: "{}" });
  });

  test("of a message that could not be rendered is never sent itself when it is replayed", () => {
    const one: PlannedMessage = {
      ...message(1),
      request: () => ({ ok: false, reason: "$payload.id is missing" }),
    };
    const line = deadLetterLine(failed(1, { message: one }), { run: RUN }, AT);
    const splitter = new RecordSplitter("dead.jsonl", { maxRecordBytes: 1 << 20 });
    const records = [...splitter.push(new TextEncoder().encode(line)), ...splitter.end()];
    expect(records.map(({ problem }) => [problem?.code, problem?.args])).toEqual([
      ["input/body-withheld", { source: one.source, record: one.record }],
    ]);
  });
});

describe("a dead-letter file", () => {
  test("is its owner's alone, and links are refused", async () => {
    const folder = newFolder();
    const path = join(folder, "dead.jsonl");
    const letters = await opened(path);
    await letters.record(failed(1));
    await letters.close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["dead.jsonl"]);
    symlinkSync(join(folder, "elsewhere"), join(folder, "link"));
    expect(await failureOf(opened(join(folder, "link")))).toMatchObject({
      kind: "not-a-private-file",
      exitCode: 4,
    });
    expect(existsSync(join(folder, "elsewhere"))).toBe(false);
  });

  test("of another run is not written to", async () => {
    const path = join(newFolder(), "dead.jsonl");
    const letters = await opened(path);
    await letters.record(failed(1));
    await letters.close();
    const bytes = readFileSync(path);
    expect(await failureOf(opened(path))).toMatchObject({ kind: "exists", exitCode: 2 });
    expect(await kindOf(opened(path, { run: "f".repeat(32), isFailed: () => true }))).toBe("other-run");
    expect(readFileSync(path)).toEqual(bytes);
    put(path, "Dear diary,\n");
    expect(await kindOf(opened(path, { isFailed: () => true }))).toBe("foreign");
    expect(readFileSync(path, "utf8")).toBe("Dear diary,\n");
  });

  test("that is refused is closed once: its descriptor may be another file's by then", async () => {
    const folder = newFolder();
    const kinds = new Set<string>();
    for (let more = 0; more < 150; more++) {
      const path = join(folder, `${more}.jsonl`);
      put(path, `Dear diary,\n${"x".repeat(more * 1000)}`);
      // A second close fails where it comes too early to hit anything: it is told in place of what is wrong.
      kinds.add(await kindOf(opened(path, { isFailed: () => true })).catch((error: Error) => error.message));
    }
    expect([...kinds]).toEqual(["foreign"]);
  });

  test("is worked with by one process at a time", async () => {
    const path = join(newFolder(), "dead.jsonl");
    const letters = await opened(path);
    expect(await kindOf(opened(path))).toBe("in-use");
    await letters.close();
  });

  test("loses the letters that the journal does not confirm, and a stump, when the run is resumed", async () => {
    const path = join(newFolder(), "dead.jsonl");
    const letters = await opened(path);
    for (const sequence of [1, 2, 3, 4]) await letters.record(failed(sequence));
    await letters.close();
    chmodSync(path, 0o644);
    appendFileSync(path, '{"method":"POST","headers":[],"body":"{}","cha');
    const again = await opened(path, { isFailed: ({ sequence }) => sequence !== 2 });
    expect(identitiesIn(path)).toEqual([1, 3, 4].map((sequence) => identityOf(sequence)));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await again.record(failed(2));
    await again.close();
    expect(identitiesIn(path)).toEqual([1, 3, 4, 2].map((sequence) => identityOf(sequence)));
  });

  test("is sound again wherever its last line was cut", async () => {
    const folder = folderInMemory();
    const path = join(folder, "dead.jsonl");
    const letters = await opened(path);
    await letters.record(failed(1));
    const kept = statSync(path).size;
    await letters.record(failed(2));
    await letters.close();
    const bytes = readFileSync(path);
    for (let length = kept; length <= bytes.length; length++) {
      put(path, bytes.subarray(0, length));
      const again = await opened(path, { isFailed: ({ sequence }) => sequence === 1 });
      await again.record(failed(2));
      await again.close();
      expect(identitiesIn(path)).toEqual([identityOf(1), identityOf(2)]);
    }
    expect(readdirSync(folder)).toEqual(["dead.jsonl"]);
  });
});

describe("a journal with dead letters", () => {
  test("calls a message failed only when its letter is on the disk", async () => {
    const folder = newFolder();
    const events: string[] = [];
    const noting = (name: string) => ({
      ...realCalls,
      write: async (fd: number, bytes: Uint8Array, offset: number) => {
        events.push(`${name} write`);
        return realCalls.write(fd, bytes, offset);
      },
      sync: async (fd: number) => {
        await realCalls.sync(fd);
        events.push(`${name} sync`);
      },
    });
    const journal = await open(join(folder, "run.jsonl"), { calls: noting("journal") });
    const letters = await opened(join(folder, "dead.jsonl"), { run: journal.run, calls: noting("letters") });
    const both = withDeadLetters(journal, letters);
    events.length = 0;
    await both.record(failed(1));
    expect(events).toEqual(["letters write", "letters sync", "journal write"]);
    await both.record(outcome(2, "delivered"));
    await both.record(outcome(3, "unknown"));
    await both.close();
    expect(identitiesIn(join(folder, "dead.jsonl"))).toEqual([identityOf(1)]);
  });

  test("does not call a message failed whose letter cannot be written", async () => {
    const folder = newFolder();
    const full = Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
    const journal = await open(join(folder, "run.jsonl"));
    const letters = await opened(join(folder, "dead.jsonl"), {
      run: journal.run,
      calls: { ...realCalls, write: () => Promise.reject(full) },
    });
    const both = withDeadLetters(journal, letters);
    expect(await failureOf(both.record(failed(1)))).toMatchObject({ kind: "unwritable", exitCode: 4 });
    expect(await failureOf(both.close())).toMatchObject({ kind: "unwritable" });
    const again = await resume(join(folder, "run.jsonl"));
    expect(again.finalState(message(1))).toBeUndefined();
    await again.close();
  });

  test("agrees with them after a kill between the two", async () => {
    const folder = newFolder();
    const dead = join(folder, "dead.jsonl");
    const first = await open(join(folder, "run.jsonl"));
    const letters = await opened(dead, { run: first.run });
    await withDeadLetters(first, letters).record(failed(1));
    await letters.record(failed(2));
    await letters.close();
    await first.close();
    const second = await resume(join(folder, "run.jsonl"));
    const isFailed = (one: Pick<PlannedMessage, "sequence" | "identity">) =>
      second.finalState(one) === "failed";
    const both = withDeadLetters(second, await opened(dead, { run: second.run, isFailed }));
    expect(both.finalState(message(2))).toBeUndefined();
    await both.record(outcome(2, "delivered"));
    await both.close();
    expect(identitiesIn(dead)).toEqual([identityOf(1)]);
  });
});
