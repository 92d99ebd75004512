import { clip } from "../diagnostics/quote.ts";
import { decodeUtf8 } from "../json/text.ts";
import type { Coding, InflateBody } from "./body.ts";
import { gzipProblem } from "./heads.ts";
import { problemAt } from "./problems.ts";
import { type Signature, signatureOf } from "./signature.ts";
import type { CaptureFacts, RecordProblem } from "./types.ts";

interface UndoOptions {
  /** A body may become no longer than a record. */
  readonly maxRecordBytes: number;
  readonly inflate?: InflateBody;
}

/** A body without its codings, or why there is none. */
interface BareBody {
  readonly bytes: Uint8Array;
  /** Whether its bytes stand nowhere in the source. */
  readonly isInflated: boolean;
  readonly problem?: RecordProblem;
}

/**
 * Undoes what the sender of a captured body did to it: the codings that its Content-Encoding names (RFC 9110, 8.4), or
 * gzip that shows by its first bytes. A body that is text is taken as it is where the codings are known ones: many tools
 * undo them and keep the header.
 *
 * @param headers  Of the captured request.
 */
export function bareBody(
  bytes: Uint8Array,
  headers: CaptureFacts["headers"],
  options: UndoOptions,
): BareBody {
  const codings = codingsOf(headers ?? []);
  const unknown = codings.find((coding) => !KNOWN.has(coding));
  if (unknown !== undefined) return refused(bytes, unknown);
  return codings.length === 0 || isText(bytes)
    ? bySignature(bytes, options)
    : undone(bytes, codings, options);
}

/** Names as senders write them; null is known and cannot be undone here. */
const KNOWN: ReadonlyMap<string, Coding | null> = new Map([
  ["gzip", "gzip"],
  ["x-gzip", "gzip"],
  ["br", "br"],
  ["deflate", "deflate"],
  ["zstd", null],
  ["compress", null],
  ["x-compress", null],
]);

/** No coding at all; the second is a mistake that senders make. */
const NO_CODINGS = new Set(["", "identity", "utf-8", "utf8"]);

/** In the order in which they were applied. */
function codingsOf(headers: NonNullable<CaptureFacts["headers"]>): string[] {
  return headers
    .filter(([name]) => name.toLowerCase() === "content-encoding")
    .flatMap(([, value]) => value.split(","))
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => !NO_CODINGS.has(coding));
}

/** Controls that no text has, and every compressed body has or is no UTF-8. */
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;

function isText(bytes: Uint8Array): boolean {
  const text = decodeUtf8(bytes);
  return text !== undefined && !CONTROLS.test(text);
}

function undone(body: Uint8Array, codings: readonly string[], options: UndoOptions): BareBody {
  let bytes = body;
  for (const name of [...codings].reverse()) {
    const coding = KNOWN.get(name);
    if (options.inflate === undefined || coding === undefined || coding === null) return refused(bytes, name);
    const inflated = options.inflate(bytes, options.maxRecordBytes, coding);
    if (!(inflated instanceof Uint8Array)) return { bytes, isInflated: true, problem: inflated };
    bytes = inflated;
  }
  return inflatedBody(bytes);
}

function refused(bytes: Uint8Array, coding: string): BareBody {
  const problem = problemAt("input/compressed", { kind: `${clip(coding)}-encoded` }, 0, 0);
  return { bytes, isInflated: true, problem };
}

function bySignature(bytes: Uint8Array, { inflate, maxRecordBytes }: UndoOptions): BareBody {
  const signature = signatureOf(bytes);
  if (signature === undefined) return { bytes, isInflated: false };
  if (signature.code !== "gzip" || inflate === undefined) {
    return { bytes, isInflated: false, problem: signatureProblem(signature, "gzip-compressed") };
  }
  const inflated = inflate(bytes, maxRecordBytes, "gzip");
  if (!(inflated instanceof Uint8Array)) return { bytes, isInflated: true, problem: inflated };
  return inflatedBody(inflated);
}

function inflatedBody(bytes: Uint8Array): BareBody {
  const inner = signatureOf(bytes);
  if (inner === undefined) return { bytes, isInflated: true };
  return { bytes, isInflated: true, problem: signatureProblem(inner, "doubly gzip-compressed") };
}

function signatureProblem(signature: Signature, gzip: string): RecordProblem {
  const { code, args } = signature.code === "gzip" ? gzipProblem(gzip) : signature;
  return problemAt(code, args as { kind: string; encoding: string }, 0, 0);
}
