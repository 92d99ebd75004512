import { closeSync, openSync, readSync, statSync } from "node:fs";

/** How every journal begins. */
export const MAGIC = '{"kind":"chatx-journal","version":';

/** Whether a file begins as a journal of ours does, of whatever version; false where it cannot be read. */
export function isJournalFile(path: string): boolean {
  try {
    const stats = statSync(path);
    // To open a pipe would be to wait for its other end.
    return stats.isFile() && stats.size >= MAGIC.length && headOf(path) === MAGIC;
  } catch {
    return false;
  }
}

function headOf(path: string): string {
  const fd = openSync(path, "r");
  try {
    const head = Buffer.alloc(MAGIC.length);
    return head.toString("latin1", 0, readSync(fd, head, 0, head.length, 0));
  } finally {
    closeSync(fd);
  }
}
