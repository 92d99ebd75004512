import { constants } from "node:buffer";
import type { ZlibOptions } from "node:zlib";
import type { InflateBody } from "./body.ts";
import { Gunzip, reasonOf, zlib } from "./gunzip.ts";
import { textOnly, withWholeHead } from "./heads.ts";
import { problemAt, SourceProblem } from "./problems.ts";
import { signatureOf } from "./signature.ts";

/**
 * Inflates gzip, of one or several members, and passes plain text through. What was inflated before a fault
 * comes out before the fault is thrown; see `Gunzip`.
 *
 * @throws {SourceProblem} For broken gzip, gzip in gzip, other compressions, UTF-16 and UTF-32, and more than
 *   `maxInflatedBytes` of output. Errors of `chunks` pass.
 */
export async function* inflateChunks(
  chunks: AsyncIterable<Uint8Array>,
  maxInflatedBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let gunzip: Gunzip | undefined;
  let isFirst = true;
  async function* inflated(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of withWholeHead(chunks)) {
      if (isFirst && signatureOf(chunk)?.code === "gzip") gunzip = new Gunzip();
      isFirst = false;
      if (gunzip === undefined) yield chunk;
      else yield* limited(gunzip.write(chunk));
    }
    gunzip?.end();
  }
  let room = maxInflatedBytes;
  async function* limited(output: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of output) {
      if (chunk.length > room) {
        yield chunk.subarray(0, room);
        throw new SourceProblem({ code: "input/inflated-too-large", args: { limitBytes: maxInflatedBytes } });
      }
      room -= chunk.length;
      yield chunk;
    }
  }
  try {
    yield* textOnly(inflated(), "doubly gzip-compressed");
  } finally {
    gunzip?.close();
  }
}

/** Undoes a coding of a captured body, for `SplitOptions.inflate`. Never throws. */
export const inflateBody: InflateBody = (bytes, limitBytes, coding = "gzip") => {
  try {
    const maxOutputLength = Math.min(Math.max(1, limitBytes), constants.MAX_LENGTH);
    if (coding === "br") return whole(zlib().brotliDecompressSync, bytes, maxOutputLength);
    return coding === "deflate" ? inflated(bytes, maxOutputLength) : gunzipped(bytes, maxOutputLength);
  } catch (error) {
    if (isTooLarge(error)) return problemAt("input/inflated-too-large", { limitBytes }, 0, 0);
    const reason = reasonOf(error);
    return coding === "gzip"
      ? problemAt("input/broken-gzip", { reason }, 0, 0)
      : problemAt("input/broken-coding", { coding, reason }, 0, 0);
  }
};

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
}

function gunzipped(bytes: Uint8Array, maxOutputLength: number): Uint8Array {
  if (signatureOf(bytes)?.code !== "gzip") throw new Error("it does not begin like gzip");
  return zlib().gunzipSync(bytes, { maxOutputLength });
}

/** RFC 9110, 8.4.1.2: "deflate" is zlib's format, but some senders leave its frame out. */
function inflated(bytes: Uint8Array, maxOutputLength: number): Uint8Array {
  const { inflateSync, inflateRawSync } = zlib();
  if (!beginsLikeZlib(bytes)) return whole(inflateRawSync, bytes, maxOutputLength);
  try {
    return whole(inflateSync, bytes, maxOutputLength);
  } catch (error) {
    if (isTooLarge(error)) throw error;
    try {
      return whole(inflateRawSync, bytes, maxOutputLength);
    } catch {
      throw error;
    }
  }
}

/** RFC 1950, 2.2: the method, and a check of the first two bytes, which one in 31 others passes too. */
function beginsLikeZlib([first = 0, second = 0]: Uint8Array): boolean {
  return (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
}

type Unpack = (bytes: Uint8Array, options: ZlibOptions) => Buffer;

/** These two formats have no mark of their own, so what follows the end is all the more a sign that it is another one. */
function whole(unpack: Unpack, bytes: Uint8Array, maxOutputLength: number): Uint8Array {
  // With `info` (documented) the engine comes along, which knows how much it took.
  const unpacked: unknown = unpack(bytes, { maxOutputLength, info: true });
  const { buffer, engine } = unpacked as { buffer: Uint8Array; engine: { bytesWritten: number } };
  if (engine.bytesWritten < bytes.length) throw new Error("other data follows its end");
  return buffer;
}
