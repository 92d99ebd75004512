import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

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

/**
 * The options of a script that times something in rounds.
 *
 * @returns {{ quick: boolean, size?: string, rounds?: number }}
 */
export function roundsOptions() {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      size: { type: "string" },
      rounds: { type: "string" },
    },
  });
  const { quick, size, rounds } = values;
  return { quick, ...(size && { size }), ...(rounds && { rounds: Number(rounds) }) };
}
