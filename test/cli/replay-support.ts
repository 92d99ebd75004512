import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import {
  answer,
  type FaultServer,
  type ReceivedRequest,
  type Script,
  startFaultServer,
} from "../support/fault-server.ts";
import { fixturePaths } from "../support/fixtures.ts";
import { type Run, root, runChatx } from "../support/run-chatx.ts";
import { runInside } from "../support/run-inside.ts";

/** A server that is closed when the test ends. @param reply  The status for a request, or what to answer it with. */
export async function endpoint(
  reply: (request: ReceivedRequest, index: number) => number | string = () => 200,
): Promise<FaultServer> {
  return endpointWith((to, request, index) => {
    const answered = reply(request, index);
    to.send(typeof answered === "number" ? answer(answered, '{"ok":true}') : answered);
  });
}

export async function endpointWith(script: Script): Promise<FaultServer> {
  const server = await startFaultServer(script);
  onTestFinished(() => server.close());
  return server;
}

/** An empty folder that is gone when the test ends. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "chatx-replay-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** What is looked at of a run. */
export type Told = Pick<Run, "stdout" | "stderr" | "code">;

/** The built command inside this process; see `runInside`. */
export function replay(args: readonly string[], env: Record<string, string> = {}): Promise<Told> {
  return runInside(["replay", ...args], env);
}

/** The built command as a process of its own. */
export function replayApart(
  args: readonly string[],
  env: Record<string, string> = {},
  stdin = "",
): Promise<Run> {
  return runChatx(["replay", ...args], { env, stdin });
}

/** A Smartsupp hook of its own: another channel, and a text in its first message. */
export function hook(channel: number, text = `message ${channel}`): Record<string, unknown> {
  const [path] = fixturePaths("smartsupp/valid");
  const document = JSON.parse(readFileSync(join(root, path!), "utf8"));
  document.channel.id = channel;
  document.messages[0].content = text;
  return document;
}

/** A file of JSON Lines in the folder. */
export function linesFile(into: string, documents: readonly unknown[], name = "hooks.jsonl"): string {
  const path = join(into, name);
  writeFileSync(path, documents.map((document) => `${JSON.stringify(document)}\n`).join(""));
  return path;
}

export function hooks(into: string, count: number, name?: string): string {
  return linesFile(
    into,
    Array.from({ length: count }, (_, index) => hook(index + 1)),
    name,
  );
}

export function headersOf(request: ReceivedRequest): Record<string, string> {
  return Object.fromEntries(request.headers.map(([name, value]) => [name.toLowerCase(), value]));
}

export const keyOf = (request: ReceivedRequest) => headersOf(request)["idempotency-key"]!;

/** The first line of the summary, as numbers. */
export function totals({ stderr }: Pick<Run, "stderr">): Record<string, number> {
  const match =
    /^planned (\d+) = delivered (\d+) \+ failed (\d+) \+ unknown (\d+) \+ held (\d+) \+ pending (\d+)$/m.exec(
      stderr,
    );
  if (match === null) throw new Error(`no summary in: ${stderr}`);
  const [planned, delivered, failed, unknown, held, pending] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (planned !== delivered + failed + unknown + held + pending)
    throw new Error("the summary does not add up");
  return { planned, delivered, failed, unknown, held, pending };
}

/** Waits no longer than a test has patience for. */
export const QUICK = ["--retry-base", "10ms", "--retry-cap", "20ms"];
