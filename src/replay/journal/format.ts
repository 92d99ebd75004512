import { crc32 } from "node:zlib";
import { hexWordOf } from "../hex-word.ts";
import type { MessageState } from "../types.ts";
import { MAGIC } from "./recognise.ts";

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

/** States that a resumed run leaves as they are. */
export type FinalState = Extract<RecordedState, "delivered" | "failed">;

/** Undefined where the message is to be sent again. */
export function finalOf(state: RecordedState | undefined): FinalState | undefined {
  return state === "delivered" || state === "failed" ? state : undefined;
}

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
const SEAL_HEAD = Buffer.from(SEAL_START, "latin1");
const QUOTE = 0x22;
const CLOSE_BRACE = 0x7d;

function seal(open: string, previous: number): Sealed {
  const crc = crc32(open, previous);
  return { line: `${open}${sealOf(crc)}\n`, crc };
}

function sealOf(crc: number): string {
  return `${SEAL_START}${crc.toString(16).padStart(8, "0")}"}`;
}

/** Where the part of a line ends that its seal is made of. @param end  Of the line, without its newline. */
export function endOfOpen(end: number): number {
  return end - SEAL_BYTES;
}

/**
 * Checks a line, bytes [start, end) without the newline.
 *
 * @param previous  Checksum after the line before; 0 for the first line.
 * @returns The checksum after this line; -1 where the line is not what was written.
 */
export function checksumOf(bytes: Buffer, start: number, end: number, previous: number): number {
  const openEnd = endOfOpen(end);
  if (openEnd <= start) return -1;
  for (let k = 0; k < SEAL_HEAD.length; k++) if (bytes[openEnd + k] !== SEAL_HEAD[k]) return -1;
  if (bytes[end - 2] !== QUOTE || bytes[end - 1] !== CLOSE_BRACE) return -1;
  const crc = crc32(bytes.subarray(start, openEnd), previous);
  return hexWordOf(bytes, openEnd + SEAL_HEAD.length) === crc ? crc : -1;
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
const PLAN_END = /^\{"planned":(\d{1,16}),"digest":"([0-9a-f]{32})"$/;

export function sealPlanEnd({ planned, digest }: PlanEnd, previous: number): Sealed {
  return seal(`{"planned":${planned},"digest":"${digest}"`, previous);
}

/** Undefined where the text is no end of a plan. */
export function parsePlanEnd(open: string): PlanEnd | undefined {
  const match = PLAN_END.exec(open);
  return match === null ? undefined : { planned: Number(match[1]), digest: match[2]! };
}
