import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import formats from "ajv-formats";
import { expect } from "vitest";
import { validateXML } from "xmllint-wasm";

/** What others publish about the forms of our reports; where each schema is from: schemas/README.md. */
const junitSchema = readFileSync(new URL("./schemas/jenkins-junit.xsd", import.meta.url), "utf8");

/** What Jenkins' schema finds wrong with a JUnit report. */
export async function junitProblems(xml: string): Promise<string[]> {
  const result = await validateXML({
    xml: { fileName: "report.xml", contents: xml },
    schema: { fileName: "junit.xsd", contents: junitSchema },
  });
  return result.errors.map(({ message }) => message);
}

/** The published schema is of draft 4; but for `id` it uses nothing that later drafts read differently. */
export function sarifValidator() {
  const file = new URL("./schemas/sarif-2.1.0-rtm.5.json", import.meta.url);
  const { id, $schema, ...schema } = JSON.parse(readFileSync(file, "utf8"));
  expect([id, $schema]).toEqual([
    expect.stringContaining("sarif-2.1.0"),
    "http://json-schema.org/draft-04/schema#",
  ]);
  // One of its patterns has a stray bracket, which only the older kind of regular expression lets pass.
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  formats.default(ajv);
  return ajv.compile(schema);
}
