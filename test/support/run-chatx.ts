import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));
export const command = fileURLToPath(new URL("../../bin/chatx.js", import.meta.url));

export interface Run {
  readonly stdout: string;
  readonly stdoutBytes: Buffer;
  readonly stderr: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunOptions {
  readonly stdin?: string | Uint8Array;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** For Node itself, before the script. */
  readonly nodeArgs?: readonly string[];
}

/** A process that is still running. */
export interface Running {
  readonly child: ChildProcess;
  send(bytes: string | Uint8Array): void;
  /** Standard input is left open: what the process does without its end is what is looked at. */
  ended(): Promise<Run>;
}

/** Runs the built command as a process of its own, in an environment that is the same on every machine. */
export function runChatx(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return finished(startChatx(args, options), options);
}

/**
 * Runs a line of shell with `$CHATX` for the command, for what only a shell sets up: closed descriptors, limits,
 * redirections. More variables come with `env`.
 */
export function runShell(script: string, options: RunOptions = {}): Promise<Run> {
  return finished(startShell(script, options), options);
}

/** The same, for a process that goes on; `exec $CHATX` makes it the command itself. */
export function startShell(script: string, options: RunOptions = {}): Running {
  const words = [process.execPath, ...(options.nodeArgs ?? []), command].map((word) => `'${word}'`);
  return start("bash", ["--norc", "-c", script.replaceAll("$CHATX", words.join(" "))], options);
}

/** Starts the command and leaves its standard input open. */
export function startChatx(args: readonly string[], options: RunOptions = {}): Running {
  return start(process.execPath, [...(options.nodeArgs ?? []), command, ...args], options);
}

function finished(running: Running, { stdin }: RunOptions): Promise<Run> {
  running.child.stdin!.end(stdin ?? "");
  return running.ended();
}

function start(file: string, args: readonly string[], options: RunOptions): Running {
  const child = spawn(file, args, {
    cwd: options.cwd ?? root,
    env: { PATH: process.env.PATH ?? "", LANG: "C", ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  // The command may stop reading before it has read all: that is its right, and no error of the test.
  child.stdin.on("error", () => undefined);
  const ended = new Promise<Run>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      const stdoutBytes = Buffer.concat(out);
      resolve({
        stdout: stdoutBytes.toString("utf8"),
        stdoutBytes,
        stderr: Buffer.concat(err).toString("utf8"),
        code,
        signal,
      });
    });
  });
  return { child, send: (bytes) => child.stdin.write(bytes), ended: () => ended };
}
