import { type JsonObject, member } from "../../../json/value.ts";
import { type Instant, msOf } from "../../../model/time.ts";

/** Of a written Ferndesk conversation, in milliseconds since 1970. */
export function lastMsOf(value: JsonObject): number {
  return msOf(String(member(value, "lastMessageAt")) as Instant);
}

const NAME = Buffer.from('","lastMessageAt":"');

/** The same of its bytes, as the fast path writes them: the id has no escapes, and the time comes right behind it. */
export function lastMsOfBytes(bytes: Uint8Array): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = text.indexOf(NAME) + NAME.length;
  return msOf(text.toString("latin1", start, text.indexOf(0x22, start)) as Instant);
}
