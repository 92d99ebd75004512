import { spawnSync } from "node:child_process";
import { delimiter } from "node:path";
import { cleanEnvironment } from "./run.mjs";

/** @typedef {{ command: string, version: string }} Jq */

/**
 * The jq programs to compare with: those that CHATX_BENCH_JQ lists (separated like PATH), else the one on the path.
 *
 * @returns {Jq[]} Empty where there is none.
 */
export function jqPrograms() {
  const commands = (process.env.CHATX_BENCH_JQ ?? "jq").split(delimiter);
  return commands.flatMap((command) => {
    const { status, stdout } = spawnSync(command, ["--version"], {
      encoding: "utf8",
      env: cleanEnvironment(),
    });
    const version = /^jq-(\d+\.\d+(?:\.\d+)?)/.exec(stdout ?? "")?.[1];
    return status === 0 && version !== undefined ? [{ command, version }] : [];
  });
}

/** @param {Jq} jq */
export function isOldJq({ version }) {
  return version === "1.6";
}

/** @param {Jq} jq */
export function isNewJq({ version }) {
  return version.startsWith("1.8");
}
