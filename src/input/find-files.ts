import { lstat, readdir, realpath, stat } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { InputError, unreadable } from "./input-error.ts";

// Loading node:fs/promises takes longer than reading a payload does.
const statOf = promisify(stat);
const linkStatOf = promisify(lstat);
const realPathOf = promisify(realpath);
const namesIn = promisify(readdir);

/** A file to read, or why an argument gives none. */
export type Found = { readonly path: string; readonly sizeBytes?: number } | { readonly error: InputError };

const GLOB_CHARACTER = /[*?[\]{}()!+@]/;

/**
 * The files that an argument means: itself, all of a folder, or what a glob matches. A name that exists is
 * never taken for a glob. Folders are read in depth, in order of code units, without names that begin with a
 * dot and without following links to folders.
 *
 * @param seen  Real paths so far; files that come by way of a folder or glob are left out when they are in there.
 * @param isLeftOut  Which files that come that way are no inputs.
 */
export async function* filesOf(
  argument: string,
  seen: Set<string>,
  isLeftOut: (path: string) => boolean = () => false,
): AsyncGenerator<Found, void, undefined> {
  let stats: Awaited<ReturnType<typeof statOf>>;
  try {
    stats = await statOf(argument);
  } catch (error) {
    if (isMissing(error) && GLOB_CHARACTER.test(argument))
      yield* unlessNone(argument, unseen(globbed(argument), seen, isLeftOut));
    else yield { error: unreadable(argument, error) };
    return;
  }
  if (stats.isDirectory()) {
    yield* unlessNone(argument, unseen(walk(argument), seen, isLeftOut));
  } else {
    await remember(argument, seen);
    yield stats.isFile() ? { path: argument, sizeBytes: stats.size } : { path: argument };
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}

/** Real path of a file; whether it is new in `seen`. */
async function remember(path: string, seen: Set<string>): Promise<boolean> {
  const real = await realPathOf(path);
  if (seen.has(real)) return false;
  seen.add(real);
  return true;
}

async function* unseen(
  found: AsyncIterable<Found>,
  seen: Set<string>,
  isLeftOut: (path: string) => boolean,
): AsyncGenerator<Found | "seen" | "left-out", void, undefined> {
  for await (const one of found) {
    if ("error" in one) yield one;
    else if (isLeftOut(one.path)) yield "left-out";
    else yield (await remember(one.path, seen)) ? one : "seen";
  }
}

async function* unlessNone(
  argument: string,
  found: AsyncIterable<Found | "seen" | "left-out">,
): AsyncGenerator<Found, void, undefined> {
  let isNone = true;
  let exception = "";
  for await (const one of found) {
    if (one === "left-out") exception = " but what is left out";
    else isNone = false;
    if (typeof one !== "string") yield one;
  }
  if (isNone) {
    const message = `no file matches ${argument}${exception}; check the pattern or the folder`;
    yield { error: new InputError("nothing-matched", argument, message) };
  }
}

/** fast-glob takes longer to load than most runs take to convert: only a glob pays for it. */
async function* globbed(pattern: string): AsyncGenerator<Found, void, undefined> {
  const { default: fastGlob } = await import("fast-glob");
  const paths = await fastGlob(pattern, {
    onlyFiles: true,
    followSymbolicLinks: false,
    suppressErrors: true,
  });
  for (const path of paths.sort()) yield await fileAt(path);
}

async function* walk(folder: string): AsyncGenerator<Found, void, undefined> {
  let names: string[];
  try {
    names = await namesIn(folder);
  } catch (error) {
    yield { error: unreadable(folder, error) };
    return;
  }
  const entries = await Promise.all(
    names.filter((name) => !name.startsWith(".")).map((name) => entryAt(folder, name)),
  );
  // By whole path, as a glob sorts: a folder's files come where its name with the slash stands.
  for (const { path, kind } of entries.sort((a, b) => (a.key < b.key ? -1 : 1))) {
    if (kind === "folder") yield* walk(path);
    else if (kind === "file") yield await fileAt(path);
  }
}

async function entryAt(folder: string, name: string) {
  const path = join(folder, name);
  const kind = await kindOf(path);
  return { path, kind, key: kind === "folder" ? `${name}/` : name };
}

/** What a name in a folder is; links to files count as files, links to folders as nothing. */
async function kindOf(path: string): Promise<"file" | "folder" | "other"> {
  const own = await linkStatOf(path).catch(() => undefined);
  if (own?.isDirectory() === true) return "folder";
  if (own?.isSymbolicLink() !== true) return own?.isFile() === true ? "file" : "other";
  const target = await statOf(path).catch(() => undefined);
  return target === undefined || target.isFile() ? "file" : "other";
}

async function fileAt(path: string): Promise<Found> {
  try {
    return { path, sizeBytes: (await statOf(path)).size };
  } catch (error) {
    return { error: unreadable(path, error) };
  }
}
