import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, expect } from "vitest";
import type { Run } from "../support/run-chatx.ts";

const DOCUMENTED_EXITS = [0, 1, 2, 3, 4, 70, 130, 143];

/** Of a process of its own, or of the command inside of this one, which no signal ends. */
export type AnyRun = Pick<Run, "stdout" | "stderr" | "code"> & { readonly signal?: Run["signal"] };

/** What holds for every run: a documented exit code, no stack, no warning of Node's own. */
export function expectOrderly(run: AnyRun): void {
  expect(run.signal ?? null).toBeNull();
  expect(DOCUMENTED_EXITS).toContain(run.code);
  expect(run.stderr).not.toMatch(/^\s+at .*[:)]\d*$|node:internal|\(node:\d+\)|Uncaught|UnhandledPromise/m);
}

/** The lines that the command itself says, without findings and summaries. */
export function saidLines(run: AnyRun): string[] {
  return run.stderr.split("\n").filter((line) => line.startsWith("chatx: "));
}

/** `records read N = written + skipped + rejected`, and whether it adds up. */
export function expectSummaryAddsUp(stderr: string) {
  const match = /^records read (\d+) = written (\d+) \+ skipped (\d+) \+ rejected (\d+)$/m.exec(stderr);
  expect(match, stderr).not.toBeNull();
  const [read, written, skipped, rejected] = match!.slice(1).map(Number) as [number, number, number, number];
  expect(written + skipped + rejected).toBe(read);
  return { read, written, skipped, rejected };
}

/** A folder for the tests of one file; removed after them. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "chatx-test-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Whether a program can be run here. */
export function hasProgram(name: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, name)));
}
