import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CheckResult } from "../../../src/endpoint/check/types.ts";
import { checkReport } from "../../../src/report/check/index.ts";
import { reporterNames } from "../../../src/report/index.ts";
import { json, message, talk } from "../../endpoint/check/answers.ts";
import { checked, serverFor } from "../../endpoint/check/checking.ts";
import { anyCharacter } from "../../support/any-character.ts";
import { unsafeOnTerminal } from "../arbitrary.ts";
import { junitProblems, sarifValidator } from "../published-schemas.ts";

const options = { color: false, toolVersion: "1.2.3", isQuiet: false };

/** A check that came to its end, with findings of every severity. */
async function mixed(id = "a"): Promise<CheckResult> {
  const conversations = [
    talk(id, { url: "/x" }),
    talk("b", { lastMessageAt: 12 }),
    talk("c", { messages: [message(id)] }),
  ];
  const server = await serverFor((reply) => reply.send(json(JSON.stringify({ conversations }))));
  return checked(`${server.url}/support-endpoint.json`);
}

/** The same text on every machine and at every time. */
function settled(text: string): string {
  return text
    .replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:8080")
    .replaceAll(/\b\d+(?:\.\d+)? m?s\b/g, "1 ms")
    .replaceAll(/"(ms|firstByteMs)":[\d.]+/g, '"$1":1')
    .replaceAll(/"port":\d+/g, '"port":8080')
    .replaceAll(/"checkedAt":"[^"]+"/g, '"checkedAt":"2026-01-31T12:00:00.000Z"')
    .replaceAll(/timestamp="[^"]+"/g, 'timestamp="2026-01-31T12:00:00"');
}

describe("the report of a check", () => {
  test.each(["text", "json", "jsonl", "junit", "github", "tap"] as const)(
    "is as it was, as %s",
    async (name) => {
      const text = settled(await checkReport(name, await mixed(), options));
      await expect(text).toMatchFileSnapshot(`../transcripts/check-${name}.golden.txt`);
    },
  );

  test("has a test case for every step, in JUnit's published form", async () => {
    const xml = await checkReport("junit", await mixed(), options);
    expect(await junitProblems(xml)).toEqual([]);
    expect(xml.match(/<testcase /g)).toHaveLength(12);
    expect(xml).toMatch(/tests="12" failures="1" errors="0" skipped="0"/);
    const early = await checkReport("junit", await checked("nonsense"), options);
    expect(await junitProblems(early)).toEqual([]);
    expect(early).toMatch(/failures="1" errors="0" skipped="11"/);
  });

  test("is a SARIF log that the published schema accepts, of the URL itself", async () => {
    const validate = sarifValidator();
    const log = JSON.parse(await checkReport("sarif", await mixed(), options));
    validate(log);
    expect(validate.errors).toBeNull();
    const { uri } = log.runs[0].results[0].locations[0].physicalLocation.artifactLocation;
    expect(uri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/support-endpoint\.json$/);
  });

  test("has every finding in JSON, with its step, and the steps with their facts", async () => {
    const result = await mixed();
    const report = JSON.parse(await checkReport("json", result, options));
    expect(report.version).toBe("1.2.3");
    expect(report.findings.map(({ step, code }: Record<string, string>) => `${step} ${code}`)).toEqual(
      result.findings.map(({ step, code }) => `${step} ${code}`),
    );
    expect(report.summary).toMatchObject({ verdict: "wrong", errors: 1, hiddenFindings: 0 });
    expect(report.summary.steps).toHaveLength(12);
    const lines = (await checkReport("jsonl", result, options))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.slice(0, -1)).toEqual(report.findings);
    expect(lines.at(-1)).toEqual({ summary: report.summary });
  });

  test("says when findings are left out, and still fails their step", async () => {
    const server = await serverFor((reply) => reply.send(json('{"conversations":[1,2,3]}')));
    const result = await checked(`${server.url}/x`, { maxFindings: 1 });
    expect(result.counts).toEqual({ error: 3, warning: 2, info: 0 });
    expect(result.findings).toHaveLength(1);
    expect(await checkReport("text", result, options)).toContain(
      "and 4 more findings (raise --max-findings)\n",
    );
    expect(await junitProblems(await checkReport("junit", result, options))).toEqual([]);
    expect(await checkReport("tap", result, options)).toMatch(/^not ok 10 - schema/m);
  });

  test("of --quiet has errors only, and nothing where there are none", async () => {
    const quiet = { ...options, isQuiet: true };
    const text = await checkReport("text", await mixed(), quiet);
    expect(text.match(/^(error|warning|info) /gm)).toEqual(["error "]);
    const server = await serverFor((reply) => reply.send(json('{"conversations":[]}')));
    expect(await checkReport("text", await checked(server.url), quiet)).toBe("");
  });

  test("lets nothing of the endpoint steer a terminal", async () => {
    const nasty = "\u001b[2J\u009b\u202e\u200f]8;;x\u0007\n::error::";
    const result = await mixed(nasty);
    const texts = fc.constantFrom(...reporterNames);
    await fc.assert(
      fc.asyncProperty(texts, fc.string({ unit: anyCharacter }), async (name, text) => {
        const hostile: CheckResult = {
          ...result,
          url: `http://127.0.0.1/${text}`,
          steps: result.steps.map((step) =>
            step.name === "content-type"
              ? { ...step, facts: { contentType: text, contentEncoding: nasty } }
              : step,
          ),
        };
        expect(await checkReport(name, hostile, options)).not.toMatch(unsafeOnTerminal);
      }),
      { numRuns: 60 },
    );
  });
});
