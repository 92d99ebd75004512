import { bareBody } from "../../input/body-codings.ts";
import { inflateBody } from "../../input/inflate.ts";
import { RecordSplitter } from "../../input/records.ts";
import type { CaptureFacts, InputRecord } from "../../input/types.ts";
import { Validator } from "../../validate/validator.ts";
import type { Examination } from "./record.ts";

const MAX_FINDINGS = 20;

/**
 * What is looked at of one request, so that no body, however it is made, keeps the others waiting for long: payloads,
 * bytes without their coding, and commas, which are no fewer than values less one. Their number, not the bytes', is what
 * a check takes its time for: 2,000 are a conversation of some 250 messages.
 */
const MOST_RECORDS = 100;
const MOST_BYTES = 1024 * 1024;
const MOST_COMMAS = 2000;
/** Each finding has a pointer, which may be nearly as long as the record: what they take together is bounded, too. */
const MOST_POINTER_BYTES = 128 * 1024 * 1024;

type Headers = CaptureFacts["headers"];

/**
 * What `chatx validate` would say of a body: one payload, several, or none. Never throws for bad data. Of a body that goes
 * beyond the limits only its beginning is looked at, or nothing, and the answer is `partial`.
 */
export function examineBody(body: Uint8Array, headers: Headers): Examination {
  const validator = new Validator({ strict: false });
  const formats = new Set<string>();
  const findings: Examination["findings"][number][] = [];
  let verdict: Examination["verdict"] = "skipped";
  const part = beginningOf(body, headers);
  for (const record of part.records()) {
    const judged = validator.record(record);
    if (judged.verdict.format !== undefined) formats.add(judged.verdict.format);
    for (const { code, severity, pointer } of judged.findings.slice(0, MAX_FINDINGS - findings.length))
      findings.push({ code, severity, pointer });
    if (judged.verdict.verdict === "invalid") verdict = "invalid";
    else if (judged.verdict.verdict === "valid" && verdict !== "invalid") verdict = "valid";
  }
  return { verdict, formats: [...formats], findings, ...(part.isCut ? { partial: true } : {}) };
}

/** The records of a body that are looked at. `isCut` is known when they have been read. */
interface Beginning {
  isCut: boolean;
  records(): Generator<InputRecord, void, undefined>;
}

function beginningOf(body: Uint8Array, headers: Headers): Beginning {
  const splitter = new RecordSplitter("body", { maxRecordBytes: MOST_BYTES }, true);
  const bare = bareBody(body, headers, { maxRecordBytes: MOST_BYTES, inflate: inflateBody });
  return {
    isCut: bare.problem?.code === "input/inflated-too-large" || bare.bytes.length > MOST_BYTES,
    *records() {
      if (bare.problem !== undefined) {
        if (!this.isCut) yield splitter.fail(bare.problem.code, bare.problem.args);
        return;
      }
      let commas = 0;
      let count = 0;
      for (const record of recordsOf(splitter, bare.bytes, this.isCut)) {
        commas += commasIn(record.bytes, MOST_COMMAS - commas);
        const isLarge = commas > MOST_COMMAS || commas * record.bytes.length > MOST_POINTER_BYTES;
        if (++count > MOST_RECORDS || isLarge) {
          this.isCut = true;
          return;
        }
        yield record;
      }
    },
  };
}

/** Of bytes that are cut, what ends before the cut: the last one would be called broken. */
function* recordsOf(
  splitter: RecordSplitter,
  bytes: Uint8Array,
  isCut: boolean,
): Generator<InputRecord, void, undefined> {
  yield* splitter.push(bytes.subarray(0, MOST_BYTES));
  if (!isCut) yield* splitter.end();
}

const COMMA = 0x2c;

/** Counts no further than just beyond `most`. */
function commasIn(bytes: Uint8Array, most: number): number {
  let count = 0;
  for (let at = bytes.indexOf(COMMA); at >= 0 && count <= most; at = bytes.indexOf(COMMA, at + 1)) count++;
  return count;
}
