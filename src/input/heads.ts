import { SourceProblem } from "./problems.ts";
import { SIGNATURE_BYTES, type Signature, signatureOf } from "./signature.ts";

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * The same bytes, but the first chunk is long enough for `signatureOf`, or all there is. None for an empty
 * source.
 */
export async function* withWholeHead(chunks: Chunks): AsyncGenerator<Uint8Array, void, undefined> {
  let head: Uint8Array | undefined = new Uint8Array(0);
  for await (const chunk of chunks) {
    if (head === undefined) {
      yield chunk;
    } else if (head.length + chunk.length < SIGNATURE_BYTES) {
      head = joined(head, chunk);
    } else {
      const whole: Uint8Array = head.length === 0 ? chunk : joined(head, chunk);
      head = undefined;
      yield whole;
    }
  }
  if (head !== undefined && head.length > 0) yield head;
}

/**
 * Passes chunks on whose first bytes look like text.
 *
 * @param gzip  How gzip is called in the problem.
 * @throws {SourceProblem} For anything that `signatureOf` knows.
 */
export async function* textOnly(chunks: Chunks, gzip: string): AsyncGenerator<Uint8Array, void, undefined> {
  let isFirst = true;
  for await (const chunk of withWholeHead(chunks)) {
    if (isFirst) refuse(signatureOf(chunk), gzip);
    isFirst = false;
    yield chunk;
  }
}

/** @throws {SourceProblem} Unless there is no signature. */
function refuse(signature: Signature | undefined, gzip: string): void {
  if (signature === undefined) return;
  throw new SourceProblem(signature.code === "gzip" ? gzipProblem(gzip) : signature);
}

export function gzipProblem(kind: string) {
  return { code: "input/compressed", args: { kind } } as const;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
