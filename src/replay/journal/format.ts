import { crc32 } from "node:zlib";
import type { MessageState } from "../types.ts";

/**
 * The journal's lines, all ASCII JSON:
 *
 *     {"kind":"chatx-journal","version":1,"run":"…","created":"…","fingerprint":{"target":"…"},"crc":"…"}
 *     {"sequence":1,"identity":"…","state":"delivered","attempts":1,"status":200,"crc":"…"}
 *     {"planned":2,"digest":"…","crc":"…"}
 *
 * `crc` is the CRC-32 (as in gzip) of everything before `,"crc"` in this line and in all lines before it, so that a
 * changed, lost, repeated or exchanged line shows at its own place. It finds accidents; it is no proof against forgers.
 */
export const VERSION = 1;
export const MAGIC = '{"kind":"chatx-journal","version":';

/** No line is longer; a longer one is refused before memory is taken for it. */
export const MAX_LINE_BYTES = 16 * 1024;

export interface JournalHeader {
  /** Names this run and everything that resumes it; 32 hex digits. */
  readonly run: string;
  readonly created: string;
  /** Name of each part of the command that must not change, and the hash of its value. */
  readonly fingerprint: Readonly<Record<string, string>>;
}

/** States that are written; a pending message is one that has no line. */
export type RecordedState = Exclude<MessageState, "pending">;

export interface OutcomeLine {
  readonly sequence: number;
  readonly identity: string;
  readonly state: RecordedState;
  readonly attempts: number;
  readonly status?: number;
  readonly code?: string;
}

/** Written once the plan has been read to its end: how many messages there are, and a hash of their identities in order. */
export interface PlanEnd {
  readonly planned: number;
  readonly digest: string;
}

/** A line, and the checksum that the next one goes on from. */
export interface Sealed {
  readonly line: string;
  readonly crc: number;
}

const SEAL_START = ',"crc":"';
const SEAL_BYTES = SEAL_START.length + 8 + '"}'.length;

function seal(open: string, previous: number): Sealed {
  const crc = crc32(open, previous);
  return { line: `${open}${sealOf(crc)}\n`, crc };
}

function sealOf(crc: number): string {
  return `${SEAL_START}${crc.toString(16).padStart(8, "0")}"}`;
}

/**
 * Checks a line, given without its newline.
 *
 * @param previous  Checksum after the line before; 0 for the first line.
 * @returns The checksum after this line and its text without the seal; undefined where the line is not what was written.
 */
export function unseal(
  bytes: Buffer,
  start: number,
  end: number,
  previous: number,
): { readonly open: string; readonly crc: number } | undefined {
  const openEnd = end - SEAL_BYTES;
  if (openEnd <= start) return undefined;
  const crc = crc32(bytes.subarray(start, openEnd), previous);
  if (bytes.toString("latin1", openEnd, end) !== sealOf(crc)) return undefined;
  return { open: bytes.toString("latin1", start, openEnd), crc };
}

export function sealHeader(header: JournalHeader): Sealed {
  const { run, created, fingerprint } = header;
  const rest = JSON.stringify({ run, created, fingerprint });
  return seal(`${MAGIC}${VERSION},${rest.slice(1, -1)}`, 0);
}

/** Undefined where the text is no header of this version. */
export function parseHeader(open: string): JournalHeader | undefined {
  const { run, created, fingerprint, version } = JSON.parse(`${open}}`) as Record<string, unknown>;
  if (version !== VERSION || typeof run !== "string" || !HASH.test(run) || typeof created !== "string")
    return undefined;
  if (typeof fingerprint !== "object" || fingerprint === null) return undefined;
  return { run, created, fingerprint: fingerprint as Record<string, string> };
}

/** @throws {TypeError} For a sequence or identity that is none; a caller's fault. */
export function sealOutcome(outcome: OutcomeLine, previous: number): Sealed {
  const { sequence, identity, state, attempts, status, code } = outcome;
  if (!Number.isSafeInteger(sequence) || sequence < 1)
    throw new TypeError(`${sequence} is no sequence number`);
  if (!HASH.test(identity)) throw new TypeError("an identity has 32 hex digits");
  const head = `{"sequence":${sequence},"identity":"${identity}","state":"${state}","attempts":${attempts}`;
  const statusPart = status === undefined ? "" : `,"status":${status}`;
  const codePart = code === undefined || code === "" ? "" : `,"code":"${safeCode(code)}"`;
  return seal(head + statusPart + codePart, previous);
}

/** Codes are ours, but should one ever hold something else, it cannot break the line or bring payload text into it. */
function safeCode(code: string): string {
  return code.slice(0, 64).replace(/[^\w.:/-]/g, "_");
}

const HASH = /^[0-9a-f]{32}$/;
const OUTCOME =
  /^\{"sequence":([1-9]\d{0,15}),"identity":"([0-9a-f]{32})","state":"(delivered|failed|unknown|held)","attempts":(\d{1,16})(?:,"status":(\d{1,4}))?(?:,"code":"([\w.:/-]{1,64})")?$/;
const PLAN_END = /^\{"planned":(\d{1,16}),"digest":"([0-9a-f]{32})"$/;

/** Undefined where the text is no outcome. */
export function parseOutcome(open: string): OutcomeLine | undefined {
  const match = OUTCOME.exec(open);
  if (match === null) return undefined;
  const sequence = Number(match[1]);
  if (!Number.isSafeInteger(sequence)) return undefined;
  return {
    sequence,
    identity: match[2]!,
    state: match[3] as RecordedState,
    attempts: Number(match[4]),
    ...(match[5] === undefined ? {} : { status: Number(match[5]) }),
    ...(match[6] === undefined ? {} : { code: match[6] }),
  };
}

export function sealPlanEnd({ planned, digest }: PlanEnd, previous: number): Sealed {
  return seal(`{"planned":${planned},"digest":"${digest}"`, previous);
}

/** Undefined where the text is no end of a plan. */
export function parsePlanEnd(open: string): PlanEnd | undefined {
  const match = PLAN_END.exec(open);
  return match === null ? undefined : { planned: Number(match[1]), digest: match[2]! };
}
