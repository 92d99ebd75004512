import { floors } from "../floors.mjs";

/**
 * One line of the table. With `floor` it is judged; without, it is there to compare with.
 *
 * @typedef {object} Row
 * @property {import("../floors.mjs").FloorName} [floor]
 * @property {string} [figure] Needed without a floor.
 * @property {number} [value] Missing: it could not be measured, and `note` says why.
 * @property {"x" | "MB" | "ms" | "MB/s" | "/s"} [unit] Needed without a floor.
 * @property {string} [note]
 * @property {boolean} [unjudged] True where the run was too small to judge by.
 */

/** @param {Row} row @returns {"yes" | "no" | "not judged" | "not measured" | ""} */
export function verdict({ floor, value, unjudged }) {
  if (floor === undefined) return "";
  if (value === undefined) return "not measured";
  const { limit, holds } = floors[floor];
  if (unjudged === true) return "not judged";
  return (holds === "at most" ? value <= limit : value >= limit) ? "yes" : "no";
}

/**
 * The rows as a text table: figure, floor, measured, holds, note.
 *
 * @param {readonly Row[]} rows
 */
export function table(rows) {
  const cells = rows.map((row) => {
    const floor = row.floor === undefined ? undefined : floors[row.floor];
    const unit = floor?.unit ?? row.unit ?? "x";
    return [
      row.figure ?? floor?.figure ?? "",
      floor === undefined ? "" : `${floor.holds} ${amount(floor.limit, floor.unit)}`,
      row.value === undefined ? "-" : amount(row.value, unit),
      verdict(row),
      row.note ?? "",
    ];
  });
  const all = [["figure", "floor", "measured", "holds", "note"], ...cells];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0))) ?? [];
  return all
    .map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "))
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

/** @param {number} value @param {NonNullable<Row["unit"]>} unit */
function amount(value, unit) {
  if (unit === "x") return `${value.toFixed(2)}x`;
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${unit}`;
}

/**
 * Prints the table and makes the exit code 1 when a floor is missed.
 *
 * @param {readonly Row[]} rows
 */
export function finish(rows) {
  process.stdout.write(table(rows));
  const missed = rows.filter((row) => verdict(row) === "no");
  if (missed.length === 0) return;
  console.error(`${missed.length} of ${rows.filter((row) => row.floor !== undefined).length} floors missed`);
  process.exitCode = 1;
}
