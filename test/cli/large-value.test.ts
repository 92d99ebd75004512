import { expect, test } from "vitest";
import { pourValue } from "../soak/large-value.mjs";

// `node test/soak/large-value.mjs` does it with 600 MB, more than a string of V8 can hold.
test("a value far over the limit is told by place, in memory that does not grow with it", async () => {
  const [small, large] = await Promise.all([
    pourValue({ megabytes: 20, limit: "2MiB" }),
    pourValue({ megabytes: 120, limit: "2MiB" }),
  ]);
  for (const { code, report } of [small, large]) {
    expect(code).toBe(1);
    const tooLarge = report.findings.filter((finding) => finding.code === "input/record-too-large");
    expect(tooLarge).toMatchObject([
      { record: 2, line: 2, column: 1, message: expect.stringContaining("2") },
    ]);
    expect(report.summary).toMatchObject({ records: 3, valid: 2, invalid: 1 });
  }
  expect(large.peakBytes).toBeLessThan(small.peakBytes * 1.25);
});
