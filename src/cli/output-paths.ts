import { type BigIntStats, lstatSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { UsageError } from "./exit-codes.ts";

/** What names a path, mostly an option, and the path; without a path the option is not given. */
export type NamedPath = readonly [name: string, path: string | undefined];

/** The streams as paths: where the shell has put a file in their place, they lead to it. */
const STDIN_PATH = "/dev/stdin";
export const STDOUT_PATH = "/dev/stdout";

const INPUT = "an input";

/**
 * Checks the files that options name as outputs, before any is opened: each must be another one, and none of those that
 * are read. Links and second names of a file are seen through; devices and pipes take what several outputs write.
 *
 * @param read  What is read, and must still be there afterwards.
 * @throws {UsageError} If two name the same file or folder, or an option names standard output.
 */
export function checkOutputPaths(written: readonly NamedPath[], read: readonly NamedPath[] = []): void {
  const taken = new Map<string, string>();
  for (const [name, path] of read) {
    const key = path === undefined ? undefined : fileKey(path);
    if (key !== undefined) taken.set(key, name);
  }
  const take = ([name, path]: NamedPath) => {
    if (path === undefined) return;
    if (path === "-") throw new UsageError(`${name} takes a file, not standard output`);
    const key = fileKey(path);
    const other = key === undefined ? undefined : taken.get(key);
    if (other !== undefined) throw sameFile(other, name, path);
    if (key !== undefined) taken.set(key, name);
  };
  for (const one of written) take(one);
}

/** What arguments name, and what standard input is where it is read, for `checkOutputPaths`. */
export function inputPaths(inputs: readonly string[]): NamedPath[] {
  const named = inputs.length === 0 ? ["-"] : inputs;
  return named.map((input) => (input === "-" ? ["standard input", STDIN_PATH] : [INPUT, input]));
}

/**
 * Refuses results that would be appended to the input they are made of, which has no end then.
 *
 * @throws {UsageError}
 */
export function checkStandardOutput(inputs: readonly string[]): void {
  const key = fileKey(STDOUT_PATH);
  if (key === undefined) return;
  for (const [name, path] of inputPaths(inputs)) {
    if (fileKey(path!) === key) throw sameFile(name, "standard output", path!);
  }
}

function sameFile(one: string, other: string, path: string): UsageError {
  const kind = lookAt(path)?.isDirectory() ? "folder" : "file";
  // A shell puts a journal that lies among the captures in the place of an unquoted pattern, too.
  const hint = one === INPUT ? ", or quote the pattern: what a run writes is left out of it" : "";
  return new UsageError(
    `${one} and ${other} name the same ${kind}: ${path}`,
    `give each a ${kind} of its own${hint}`,
  );
}

/**
 * Which file or folder a path leads to, or would lead to once it is made; the same text for the same one, whatever it is
 * called. Undefined for devices and pipes.
 */
export function fileKey(path: string): string | undefined {
  const stats = lookAt(path);
  if (stats === undefined) return placeOfNew(path, MOST_LINKS);
  return stats.isFile() || stats.isDirectory() ? `${stats.dev}:${stats.ino}` : undefined;
}

const MOST_LINKS = 40;

/** A link to nothing stands for the place that it names. */
function placeOfNew(path: string, links: number): string {
  const whole = resolve(path);
  const target = links > 0 ? linkTarget(whole) : undefined;
  if (target !== undefined) return placeOfNew(resolve(dirname(whole), target), links - 1);
  return join(realPath(dirname(whole)), basename(whole));
}

/** With exact numbers: a file's may be greater than a double can tell apart. */
function lookAt(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return undefined;
  }
}

function linkTarget(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    return undefined;
  }
}

function realPath(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}
