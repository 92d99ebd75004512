import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * Whether a script was started by name, rather than imported by another.
 *
 * @param {string} url Its `import.meta.url`.
 */
export function isMain(url) {
  const started = process.argv[1];
  return started !== undefined && realpathSync(started) === fileURLToPath(url);
}

/** Each script takes `--quick`: small inputs and few rounds, to see that all works; speeds are then not judged. */
export function isQuick() {
  return process.argv.includes("--quick");
}
