import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Run, runShell, startChatx } from "../support/run-chatx.ts";
import { expectOrderly, temporaryFolder } from "./outcome.ts";
import { hookLines, hookText } from "./payloads.ts";

const folder = temporaryFolder();
const good = join(folder, "good.json");
writeFileSync(good, hookText());

describe("signals", () => {
  const half = hookText().slice(0, 200);

  /** A run that has read something and waits for more. */
  const waiting = async (args: readonly string[]) => {
    const running = startChatx(args);
    running.send(`${hookLines(200)}${half}`);
    return running;
  };

  test.each<[NodeJS.Signals, number]>([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 143],
  ])("%s in mid-run stops in good order, with standard input still open", async (signal, code) => {
    const out = join(folder, `${signal}.json`);
    writeFileSync(out, "old");
    const running = await waiting(["convert", "--to", "ferndesk", "-o", out, "--rejects", `${out}.rejects`]);
    // The listener is there once the command has opened its outputs.
    while (!temporaryOf(`${signal}.json`)) await nextTurn();
    running.child.kill(signal);
    const run = await running.ended();
    expectOrderly(run);
    expect(run.code).toBe(code);
    expect(run.stderr).toBe(`chatx: stopped by ${signal}; nothing is left half-written\n`);
    expect(run.stdout).toBe("");
    expect(readFileSync(out, "utf8")).toBe("old");
    expect(existsSync(`${out}.rejects`)).toBe(false);
    expect(temporaryOf(`${signal}.json`)).toBeUndefined();
  });

  describe("where a named pipe without its other end holds the run up", () => {
    const fifo = join(folder, "one-end");
    const stuck = async (out: string, args: readonly string[]) => {
      await runShell(`test -p ${fifo} || mkfifo ${fifo}`);
      const running = startChatx(["convert", "--to", "ferndesk", "--rejects", join(folder, out), ...args]);
      while (!temporaryOf(out)) await nextTurn();
      return running;
    };
    const expectNothingLeft = (run: Run, out: string) => {
      expect(run.stderr).not.toContain("    at ");
      expect(temporaryOf(out)).toBeUndefined();
      expect(existsSync(join(folder, out))).toBe(false);
    };

    test.each([
      ["reading", "reading.jsonl", [good, fifo]],
      ["writing", "writing.jsonl", ["--loss-report", fifo, good]],
    ])("one signal ends it: %s", async (_, out, args) => {
      const running = await stuck(out, args);
      running.child.kill("SIGTERM");
      const run = await running.ended();
      // Node cannot leave while a pipe is being opened, so the signal itself ends it then: 143 for a shell.
      expect([143, "SIGTERM"]).toContain(run.signal ?? run.code);
      expect(run.stderr).toBe("chatx: stopped by SIGTERM; nothing is left half-written\n");
      expectNothingLeft(run, out);
    });

    test("a second signal ends it at once", async () => {
      const running = await stuck("twice.jsonl", ["--loss-report", fifo, good]);
      running.child.kill("SIGINT");
      running.child.kill("SIGTERM");
      const run = await running.ended();
      expect(run.code).toBeNull();
      expect(["SIGINT", "SIGTERM"]).toContain(run.signal);
      expect(run.stderr).toBe("");
      expectNothingLeft(run, "twice.jsonl");
    });
  });

  const temporaryOf = (name: string) =>
    readdirSync(folder).find((entry) => entry.startsWith(`.${name}.chatx-`) && entry.endsWith(".tmp"));
  const nextTurn = () => new Promise((resolve) => setTimeout(resolve, 5));
});
