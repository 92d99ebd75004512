import { statSync } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "./exit-codes.ts";

/**
 * Checks the files that options name as outputs, before any is opened.
 *
 * @param named  Option and path; without a path the option is not given.
 * @throws {UsageError} If two options name the same file, or one names standard output.
 */
export function checkOutputPaths(named: readonly (readonly [string, string | undefined])[]): void {
  const seen = new Map<string, string>();
  for (const [option, path] of named) {
    if (path === undefined) continue;
    if (path === "-") throw new UsageError(`${option} takes a file, not standard output`);
    const other = seen.get(resolve(path));
    if (other !== undefined && !isDevice(path)) {
      throw new UsageError(`${other} and ${option} name the same file: ${path}`);
    }
    seen.set(resolve(path), option);
  }
}

/** Devices and pipes take what several outputs write. */
function isDevice(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && !stats.isFile();
}
