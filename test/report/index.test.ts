import { describe, expect, test } from "vitest";
import { createReporter, reporterNames } from "../../src/report/index.ts";
import { summary, written } from "./findings.ts";

const options = { color: false, toolVersion: "1.2.3" };

describe("createReporter", () => {
  test.each(reporterNames)("makes a %s reporter that writes the same text for the same run", async (name) => {
    const first = written(await createReporter(name, options));
    expect(first).toContain("decode/unknown-sender");
    expect(first.endsWith("\n")).toBe(true);
    expect(written(await createReporter(name, options))).toBe(first);
  });

  test.each(reporterNames)("lets two %s reporters run side by side", async (name) => {
    const alone = written(await createReporter(name, options), []);
    const [one, other] = await Promise.all([createReporter(name, options), createReporter(name, options)]);
    const start = one.start();
    written(other);
    expect(start + one.end(summary)).toBe(alone);
  });

  test.each(reporterNames)("asks the %s reporter for colours in text only", async (name) => {
    const coloured = written(await createReporter(name, { ...options, color: true }));
    expect(coloured.includes("\u001b")).toBe(name === "text");
  });
});
