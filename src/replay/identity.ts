import { createHash, hash } from "node:crypto";
import { CountTable } from "./count-table.ts";

/** What decides whether two messages have the same content. */
export interface Content {
  readonly method: string;
  /** The bytes that are sent, or those the templates are filled from. */
  readonly payload: Uint8Array;
  /** See `RequestRenderer.fingerprint`. */
  readonly fingerprint: string;
}

/** Gives each record its name. */
export interface Namer {
  /** The identity of the next record, which has this content: 32 hexadecimal digits. */
  next(content: Content): string;
}

/**
 * Names messages by what they hold and by the how-manyth time that comes in the input, so that the names are the same
 * in every run, on every machine and in whatever order and files the payloads lie. Of two equal payloads it does not
 * matter which is called the first.
 *
 * Every record must be asked for, also those that cannot be sent and that --since, --shard or --limit leave out: a name
 * must not depend on what else a run sends. (Records behind the last of --limit cannot change the names of those
 * before.) What is split over several runs by hand counts anew in each: equal payloads in two of them get the same name.
 */
export class Identities implements Namer {
  /** The how-manyth of its content the last record was, from 1. */
  occurrence = 0;
  private readonly counts = new CountTable();

  next(content: Content): string {
    const digest = contentDigest(content);
    this.occurrence = this.counts.add(digest);
    return identityOf(digest, this.occurrence);
  }
}

/** The identity of the `occurrence`th record with this content. */
export function identityOfContent(content: Content, occurrence: number): string {
  return identityOf(contentDigest(content), occurrence);
}

function identityOf(digest: string, occurrence: number): string {
  return (occurrence === 1 ? digest : hash("sha256", `${digest}/${occurrence}`)).slice(0, 32);
}

/** Hashed in one call up to here: that takes a third of the time for small payloads, and a resumed run hashes them all. */
const SMALL_BYTES = 16 * 1024;
/** Room for the length of the payload. */
const LENGTH_BYTES = 24;
const scratch = Buffer.alloc(SMALL_BYTES);
/** What stands at the start of the scratch: nearly all messages of a run begin alike. */
const start = { method: "", fingerprint: "", bytes: -1 };

/** SHA-256 in hexadecimal over the parts with their lengths, so that no part can pass for a piece of another. */
function contentDigest({ method, payload, fingerprint }: Content): string {
  // Three bytes are the most that one unit of UTF-16 takes.
  if ((method.length + fingerprint.length) * 3 + payload.length + 100 > SMALL_BYTES) {
    const head = `${startOf(method, fingerprint)}${payload.length}\n`;
    return createHash("sha256").update(head).update(payload).digest("hex");
  }
  if (method !== start.method || fingerprint !== start.fingerprint || start.bytes < 0) {
    Object.assign(start, { method, fingerprint, bytes: scratch.write(startOf(method, fingerprint)) });
  }
  const headBytes = start.bytes + scratch.write(`${payload.length}\n`, start.bytes, LENGTH_BYTES, "latin1");
  scratch.set(payload, headBytes);
  return hash("sha256", scratch.subarray(0, headBytes + payload.length));
}

function startOf(method: string, fingerprint: string): string {
  return `chatx replay 1\n${method}\n${fingerprint.length}\n${fingerprint}\n`;
}

/** The value of an Idempotency-Key header: a String of RFC 8941 (draft-ietf-httpapi-idempotency-key-header-07). */
export function idempotencyKey(identity: string): string {
  return `"${identity}"`;
}

const IDENTITY = /^[0-9a-f]{32}$/;

/** Whether a text from outside (a dead letter) is an identity. */
export function isIdentity(text: string): boolean {
  return IDENTITY.test(text);
}

/** Which of `count` shards, from 0, a key belongs to; the same on every machine. */
export function shardOf(key: string, count: number): number {
  return hash("sha256", key, "buffer").readUIntBE(0, 6) % count;
}
