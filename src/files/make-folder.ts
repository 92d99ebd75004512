import { closeSync, fsyncSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * Makes a private folder (mode 0700) with the folders above it; one that is there stays as it is. Node's own
 * `recursive` never returns where a file system says "no such file" of a folder whose parent is there, as /proc does.
 *
 * @returns The folders that were made, the outermost first.
 * @throws {NodeJS.ErrnoException} Of the system call that failed.
 */
export function makeFolder(path: string): string[] {
  try {
    mkdirSync(path, { mode: 0o700 });
    return [path];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && isFolder(path)) return [];
    const parent = dirname(path);
    if (code !== "ENOENT" || parent === path || isFolder(parent)) throw error;
    const above = makeFolder(parent);
    mkdirSync(path, { mode: 0o700 });
    return [...above, path];
  }
}

/** The same, and a power cut does not take the new folders away. @throws {NodeJS.ErrnoException} */
export function makeDurableFolder(path: string): void {
  for (const made of makeFolder(path)) if (process.platform !== "win32") syncNow(dirname(resolve(made)));
}

function syncNow(folder: string): void {
  const fd = openSync(folder, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
