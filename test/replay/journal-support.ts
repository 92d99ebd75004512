import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { FileError } from "../../src/files/file-error.ts";
import type { FileJournal, JournalOptions } from "../../src/replay/journal/file-journal.ts";
import { fingerprintOf } from "../../src/replay/journal/fingerprint.ts";
import type { PlanEnd } from "../../src/replay/journal/format.ts";
import { openJournal } from "../../src/replay/journal/journal.ts";
import type { MessageOutcome, MessageState, PlannedMessage } from "../../src/replay/types.ts";

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** In memory where there is such a place, for tests that open thousands of journals: a disk would only slow them down. */
export function folderInMemory(): string {
  return newFolder(existsSync("/dev/shm") ? "/dev/shm" : tmpdir());
}

/** A folder of the test's own; it is removed at the end. */
export function newFolder(parent: string = tmpdir()): string {
  const folder = mkdtempSync(join(parent, "chatx-journal-"));
  chmodSync(folder, 0o700);
  folders.push(folder);
  return folder;
}

export const FINGERPRINT = fingerprintOf({
  target: "https://staging.example.com/hook",
  "body template": '{"id":"$payload.id"}',
  options: "--method POST",
});

export function identityOf(sequence: number, salt = 0): string {
  return `${salt.toString(16).padStart(8, "0")}${sequence.toString(16).padStart(24, "0")}`;
}

export function message(sequence: number, salt = 0): PlannedMessage {
  return {
    sequence,
    identity: identityOf(sequence, salt),
    source: "captured.jsonl",
    record: sequence,
    line: sequence,
    request: () => ({
      ok: true,
      request: {
        method: "POST",
        url: "https://staging.example.com/hook",
        headers: [["content-type", "application/json"]],
        body: new TextEncoder().encode(`{"id":${sequence}}`),
      },
    }),
  };
}

export function plan(count: number, salt = 0): PlannedMessage[] {
  return Array.from({ length: count }, (_, index) => message(index + 1, salt));
}

export function outcome(
  sequence: number,
  state: MessageState = "delivered",
  more: Partial<MessageOutcome> = {},
): MessageOutcome {
  return { message: message(sequence), state, attempts: 1, elapsedMs: 5, ...more };
}

export function open(path: string, more: Partial<JournalOptions> = {}): Promise<FileJournal> {
  return openJournal({ path, mode: "create", fingerprint: FINGERPRINT, ...more });
}

export function resume(path: string, more: Partial<JournalOptions> = {}): Promise<FileJournal> {
  return open(path, { mode: "resume", ...more });
}

/** Writes a journal with these outcomes and closes it. @returns Its bytes. */
export async function written(path: string, outcomes: readonly MessageOutcome[]): Promise<Buffer> {
  const journal = await open(path);
  for (const one of outcomes) await journal.record(one);
  await journal.close();
  return readFileSync(path);
}

/** States of messages 1 to `count` in a journal that is resumed for it. */
export async function statesIn(
  path: string,
  count: number,
): Promise<{ states: (string | undefined)[]; tornBytes: number }> {
  const journal = await resume(path);
  const states = plan(count).map((one) => journal.finalState(one));
  await journal.close();
  return { states, tornBytes: journal.tornBytes };
}

/** The kind of `FileError` that a promise fails with; "fine" where it does not fail. */
export async function failureOf(promise: Promise<unknown>): Promise<FileError | "fine"> {
  try {
    await promise;
    return "fine";
  } catch (error) {
    if (error instanceof FileError) return error;
    throw error;
  }
}

export async function kindOf(promise: Promise<unknown>): Promise<string> {
  const failure = await failureOf(promise);
  return failure === "fine" ? failure : failure.kind;
}

export function put(path: string, bytes: Uint8Array | string): void {
  writeFileSync(path, bytes, { mode: 0o600 });
}

/** Offsets at which the lines of a journal start, and its length. */
export function lineStarts(bytes: Buffer): number[] {
  const starts = [0];
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) starts.push(at + 1);
  return starts;
}

/** A whole plan, checked against the journal. */
export async function verified(journal: FileJournal, messages: readonly PlannedMessage[]): Promise<PlanEnd> {
  const check = journal.verifyPlan();
  for (const one of messages) check.add(one);
  return check.end();
}
