import type { Finding } from "../../diagnostics/finding.ts";
import { bareBody } from "../../input/body-codings.ts";
import { inflateBody } from "../../input/inflate.ts";
import { RecordSplitter } from "../../input/records.ts";
import type { CaptureFacts, InputRecord } from "../../input/types.ts";
import { Validator } from "../../validate/validator.ts";
import type { Examination } from "./record.ts";

const MAX_FINDINGS = 20;
/** How many times as long as itself a compressed body may become to be looked at. */
const MAX_RATIO = 32;

type Headers = CaptureFacts["headers"];

/** What `chatx validate` would say of a body: one payload, several, or none. Never throws for bad data. */
export function examineBody(body: Uint8Array, headers: Headers): Examination {
  const validator = new Validator({ strict: false });
  const formats = new Set<string>();
  const findings: Finding[] = [];
  let verdict: Examination["verdict"] = "skipped";
  for (const record of recordsIn(body, headers)) {
    const judged = validator.record(record);
    if (judged.verdict.format !== undefined) formats.add(judged.verdict.format);
    findings.push(...judged.findings);
    if (judged.verdict.verdict === "invalid") verdict = "invalid";
    else if (judged.verdict.verdict === "valid" && verdict !== "invalid") verdict = "valid";
  }
  return {
    verdict,
    formats: [...formats],
    findings: findings
      .slice(0, MAX_FINDINGS)
      .map(({ code, severity, pointer }) => ({ code, severity, pointer })),
  };
}

function* recordsIn(body: Uint8Array, headers: Headers): Generator<InputRecord, void, undefined> {
  const limitBytes = Math.max(body.length, 1024) * MAX_RATIO;
  const splitter = new RecordSplitter("body", { maxRecordBytes: limitBytes }, true);
  const { bytes, problem } = bareBody(body, headers, { maxRecordBytes: limitBytes, inflate: inflateBody });
  if (problem !== undefined) {
    yield splitter.fail(problem.code, problem.args);
    return;
  }
  yield* splitter.push(bytes);
  yield* splitter.end();
}
