import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { BodyFault } from "../../transport/inspect/types.ts";

/** Codings that can be undone; others of RFC 9110 are out of use. */
const ENGINES = new Map([
  ["gzip", createGunzip],
  ["x-gzip", createGunzip],
  ["deflate", createInflate],
  ["br", createBrotliDecompress],
]);

/** The data do not keep to the coding that they claim. */
export class BrokenCoding extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super("broken coding");
    this.reason = reason;
  }
}

/** More came than is allowed. */
export class TooMuch extends Error {}

/**
 * Undoes a Content-Encoding. Reads no faster than what comes out is taken.
 *
 * @param coding  Lower case; "" or "identity" for none.
 * @returns Undefined for a coding, or a chain of codings, that cannot be undone.
 */
export function unpacked(
  chunks: AsyncIterable<Uint8Array>,
  coding: string,
): AsyncIterable<Uint8Array> | undefined {
  if (coding === "" || coding === "identity") return chunks;
  const create = ENGINES.get(coding);
  return create === undefined ? undefined : inflated(chunks, create());
}

async function* inflated(
  chunks: AsyncIterable<Uint8Array>,
  engine: ReturnType<typeof createGunzip>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const fed = pipeline(Readable.from(chunks), engine);
  // Its failure shows at the other end of the engine as well.
  fed.catch(() => undefined);
  try {
    for await (const output of engine) yield output as Buffer;
  } catch (error) {
    if (error instanceof BodyFault || error instanceof TooMuch) throw error;
    throw new BrokenCoding(reasonOf(error));
  } finally {
    engine.destroy();
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "Z_BUF_ERROR") return "it is cut off";
  return error instanceof Error && error.message === "incorrect header check"
    ? "it is nothing of the kind"
    : "it is damaged";
}

/** Passes chunks on and counts them. @throws {TooMuch} beyond the limit. */
export async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  limitBytes: number,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.length;
    count(total);
    if (total > limitBytes) throw new TooMuch();
    yield chunk;
  }
}
