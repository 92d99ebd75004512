import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diagnosticCodes } from "../../src/diagnostics/catalogue.ts";
import { createReporter } from "../../src/report/index.ts";
import { uriOf } from "../../src/report/sarif.ts";
import { anyFinding, unsafeOnTerminal } from "./arbitrary.ts";
import { allFindings, finding, written } from "./findings.ts";
import { sarifValidator } from "./published-schemas.ts";

const options = { color: false, toolVersion: "1.2.3" };
const validate = sarifValidator();

async function resultOf(facts: Parameters<typeof finding>[0]) {
  const text = written(await createReporter("sarif", options), [{ finding: finding(facts) }]);
  return JSON.parse(text).runs[0].results[0];
}

describe("the sarif reporter", () => {
  test("writes a log that the published schema accepts", async () => {
    const text = written(await createReporter("sarif", options));
    const log = JSON.parse(text);
    validate(log);
    expect(validate.errors).toBeNull();
    expect(log.runs[0].results.length).toBe(allFindings.length);
    // The rules are the whole catalogue, which grows; a test below looks at them.
    const withoutRules = text
      .replace(/"rules":\[.*\](?=\}\},"columnKind")/, '"rules":[]')
      .replaceAll(/"ruleIndex":\d+/g, '"ruleIndex":0');
    await expect(withoutRules).toMatchFileSnapshot("./transcripts/sarif.golden.json");
  });

  test("is checked by a schema that refuses what is wrong", async () => {
    const log = JSON.parse(written(await createReporter("sarif", options)));
    log.runs[0].results[0].locations[0].physicalLocation.region.startLine = 0;
    log.runs[0].results[1].level = "info";
    expect(validate(log)).toBe(false);
    expect(validate.errors?.map(({ instancePath }) => instancePath)).toEqual([
      "/runs/0/results/0/locations/0/physicalLocation/region/startLine",
      "/runs/0/results/1/level",
    ]);
  });

  test("lists every code as a rule and points each result at its own", async () => {
    const { rules } = JSON.parse(written(await createReporter("sarif", options))).runs[0].tool.driver;
    expect(rules.map(({ id }: { id: string }) => id)).toEqual(diagnosticCodes);
    const result = await resultOf({});
    expect(rules[result.ruleIndex]).toEqual({
      id: "schema/unknown-field",
      shortDescription: { text: "schema: unknown field" },
      defaultConfiguration: { level: "warning" },
    });
  });

  test("gives an empty list of results where nothing was found", async () => {
    const log = JSON.parse(written(await createReporter("sarif", options), []));
    expect(validate(log)).toBe(true);
    expect(log.runs[0].results).toEqual([]);
  });

  test("doubles braces and lets payload text make no links in messages", async () => {
    const { message } = await resultOf({
      code: "json/syntax",
      message: 'found "}" and [here](http://192.0.2.1)',
    });
    expect(message.text).toBe('found "}}" and [here] (http://192.0.2.1)');
  });

  test("has no region for a finding without a line", async () => {
    const { locations } = await resultOf({ record: 0, line: 0, pointer: "" });
    expect(locations).toEqual([{ physicalLocation: { artifactLocation: { uri: "chats/42.json" } } }]);
  });

  test("keeps the fingerprint when lines move and changes it with the facts", async () => {
    const fingerprintOf = async (facts: Parameters<typeof finding>[0]) =>
      (await resultOf(facts)).partialFingerprints["chatxFinding/v1"];
    const first = await fingerprintOf({});
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(await fingerprintOf({ line: 90, endLine: 90, record: 7, offset: 4000 })).toBe(first);
    expect(await fingerprintOf({ pointer: "/channel/rating" })).not.toBe(first);
    expect(await fingerprintOf({ args: { field: "other" } })).not.toBe(first);
  });

  test.each([
    ["chats/42.json", "chats/42.json"],
    ["./a b/ü#1?.json", "./a%20b/%C3%BC%231%3F.json"],
    ["a:b.json", "a%3Ab.json"],
    ["100%.json", "100%25.json"],
    ["/data/x.json", "file:///data/x.json"],
    ["//server/x.json", "file:///server/x.json"],
    ["C:\\data\\x.json", "file:///C:/data/x.json"],
    ["\ud800.json", "%EF%BF%BD.json"],
    ["<stdin>", "stdin"],
  ])("writes the source %j as the URI %j", (source, uri) => {
    expect(uriOf(source)).toBe(uri);
  });

  test("stays valid and safe on a terminal, whatever a finding holds", () => {
    return fc.assert(
      fc.asyncProperty(fc.array(anyFinding, { maxLength: 4 }), async (findings) => {
        const run = findings.map((one) => ({ finding: one }));
        const text = written(await createReporter("sarif", options), run);
        expect(text).not.toMatch(unsafeOnTerminal);
        validate(JSON.parse(text));
        expect(validate.errors).toBeNull();
      }),
    );
  });
});
