import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { firstDifference } from "../../bench/measure/compare-files.mjs";
import { table, verdict } from "../../bench/measure/report.mjs";

describe("a floor", () => {
  test("of a time or an amount of memory holds up to its limit", () => {
    expect(verdict({ floor: "startVersion", value: 1.6 })).toBe("yes");
    expect(verdict({ floor: "startVersion", value: 1.61 })).toBe("no");
  });

  test("of a speed holds from its limit on", () => {
    expect(verdict({ floor: "convertOldJq", value: 4.4 })).toBe("yes");
    expect(verdict({ floor: "convertOldJq", value: 4.39 })).toBe("no");
  });

  test("is never said to hold when nothing was measured, or too little to judge by", () => {
    expect(verdict({ floor: "convertNewJq", note: "no jq here" })).toBe("not measured");
    expect(verdict({ floor: "convertNewJq", value: 9, unjudged: true })).toBe("not judged");
  });
});

test("the table shows figure, floor, measured value and verdict side by side", () => {
  expect(
    table([
      { floor: "convertMemory", value: 130.25, note: "50 MB of input" },
      { figure: "speed of convert", value: 92.34, unit: "MB/s" },
    ]),
  ).toBe(
    [
      "figure                  floor           measured   holds  note",
      "peak memory of convert  at most 120 MB  130 MB     no     50 MB of input",
      "speed of convert                        92.3 MB/s",
      "",
    ].join("\n"),
  );
});

describe("the comparison of two outputs", () => {
  const compare = async (one: string, other: string) => {
    const folder = await mkdtemp(join(tmpdir(), "chatx-compare-"));
    try {
      await writeFile(join(folder, "one"), one);
      await writeFile(join(folder, "other"), other);
      return firstDifference(join(folder, "one"), join(folder, "other"));
    } finally {
      await rm(folder, { recursive: true });
    }
  };
  /** Longer than one chunk of the comparison. */
  const long = "0123456789abcdef".repeat(100_000);

  test("finds equal files equal", async () => {
    expect(await compare(long, long)).toBeUndefined();
    expect(await compare("", "")).toBeUndefined();
  });

  test("tells the first byte that differs, also beyond the first chunk", async () => {
    expect(await compare(`${long}same, then x`, `${long}same, then y`)).toMatch(/^at byte 1600011: /);
    expect(await compare("abc", "aXc")).toBe('at byte 1: "abc" against "aXc"');
  });

  test("takes a file that ends sooner for a different one", async () => {
    expect(await compare(long, long.slice(0, -1))).toMatch(/^at byte 1599999: /);
    expect(await compare("", "x")).toMatch(/^at byte 0: /);
  });
});
