import { readFileSync } from "node:fs";

/** Kept back for files, the event loop, and connections that are just being refused. */
const RESERVED = 40;
const FEWEST = 8;

/**
 * How many connections fit into the file descriptors that the system gives this process: with none left, files could
 * not be opened and connections would be cut without an answer. Known on Linux only.
 */
export function connectionsWithin(wanted: number): number {
  const limit = descriptorLimit();
  return limit === undefined ? wanted : Math.min(wanted, Math.max(FEWEST, limit - RESERVED));
}

function descriptorLimit(): number | undefined {
  try {
    const limits = readFileSync("/proc/self/limits", "latin1");
    const match = /^Max open files\s+(\d+)/m.exec(limits);
    return match === null ? undefined : Number(match[1]);
  } catch {
    return undefined;
  }
}
