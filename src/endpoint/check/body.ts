import { textOnly } from "../../input/heads.ts";
import { SourceProblem } from "../../input/problems.ts";
import { BodyFault } from "../../transport/inspect/types.ts";
import { header, judgeContentType } from "./answer-head.ts";
import { parserWords } from "./fault-finding.ts";
import type { Reached } from "./reach.ts";
import type { StepBook } from "./step-book.ts";
import type { CheckOptions } from "./types.ts";
import { BrokenCoding, counted, TooMuch, unpacked } from "./unpack.ts";
import { tenth } from "./visit.ts";

/** Takes the text of a body, piece by piece. */
export interface BodyReader {
  /** @returns False when the rest need not be read. */
  push(chunk: Uint8Array): boolean;
  end(): void;
}

/**
 * Reads a body to its end, unpacked where it is compressed, and reports what is wrong on the way. Memory does not grow
 * with the body.
 *
 * @param reader  `end` is called only where the body came whole.
 */
export async function readBody(
  reached: Reached,
  reader: BodyReader,
  options: CheckOptions,
  book: StepBook,
): Promise<void> {
  const { answer, startedAt } = reached;
  const source = options.show(reached.url);
  judgeContentType(answer, source, book);
  const coding = header(answer, "content-encoding").toLowerCase();
  const { maxBodyBytes } = options;
  const read = new BodyCounts();
  const facts = () => book.facts("body", read.facts(performance.now() - startedAt));
  if (Number(header(answer, "content-length")) > maxBodyBytes) {
    book.report("body", "check/too-large", { limitBytes: maxBodyBytes }, source);
    return;
  }
  const wire = counted(answer.body, maxBodyBytes, (bytes) => {
    read.wire = bytes;
  });
  const plain = unpacked(wire, coding);
  if (plain === undefined) {
    book.report("content-type", "check/unknown-coding", { coding }, source);
    return;
  }
  const isPacked = plain !== wire;
  const isAskedFor = options.headers.some(([name]) => name.toLowerCase() === "accept-encoding");
  if (isPacked && !isAskedFor) book.report("content-type", "check/compressed-anyway", { coding }, source);
  const text = isPacked
    ? counted(plain, maxBodyBytes, (bytes) => {
        read.unpacked = bytes;
      })
    : plain;
  try {
    const isWhole = await readText(text, reader);
    facts();
    if (!isWhole) return;
    if (answer.hasExtraBytes()) {
      const length = header(answer, "content-length");
      book.report("body", "check/content-length-short", { length }, source);
      return;
    }
    reportSlow(performance.now() - startedAt, options, source, book);
    reader.end();
  } catch (error) {
    facts();
    options.signal.throwIfAborted();
    reportFailure(error, read, reached, options, book);
  }
}

async function readText(text: AsyncIterable<Uint8Array>, reader: BodyReader): Promise<boolean> {
  for await (const chunk of textOnly(text, "gzip-compressed")) {
    if (!reader.push(chunk)) return false;
  }
  return true;
}

class BodyCounts {
  wire = 0;
  unpacked: number | undefined;

  facts(elapsedMs: number) {
    const { wire, unpacked: text } = this;
    return { bytes: wire, ...(text === undefined ? {} : { unpackedBytes: text }), ms: tenth(elapsedMs) };
  }
}

function reportSlow(ms: number, options: CheckOptions, source: string, book: StepBook): void {
  const { slowMs } = options;
  if (ms > slowMs) book.report("body", "check/slow", { ms, limitMs: slowMs }, source);
}

function reportFailure(
  error: unknown,
  read: BodyCounts,
  { url, answer }: Reached,
  options: CheckOptions,
  book: StepBook,
): void {
  const source = options.show(url);
  const limitBytes = options.maxBodyBytes;
  const coding = header(answer, "content-encoding");
  if (error instanceof BodyFault) {
    reportBodyFault(error, read.wire, header(answer, "content-length"), source, options, book);
  } else if (error instanceof TooMuch) {
    const isWire = read.wire > limitBytes;
    book.report("body", isWire ? "check/too-large" : "check/inflated-too-large", { limitBytes }, source);
  } else if (error instanceof BrokenCoding) {
    book.report("body", "check/broken-compression", { coding, reason: error.reason }, source);
  } else if (error instanceof SourceProblem && "encoding" in error.args) {
    book.report("json", "check/not-utf8", { encoding: error.args.encoding }, source);
  } else if (error instanceof SourceProblem && "kind" in error.args) {
    const kind = String(error.args.kind);
    book.report("body", "check/undeclared-compression", { kind }, source);
  } else throw error;
}

function reportBodyFault(
  { code, detail }: BodyFault,
  bytes: number,
  length: string,
  source: string,
  { timeoutMs }: CheckOptions,
  book: StepBook,
): void {
  if (code === "body-timeout") {
    book.report("body", "check/body-timeout", { timeoutMs, bytes }, source);
  } else if (code === "malformed-answer") {
    book.report("body", "check/body-broken", { reason: parserWords(detail ?? "") }, source);
  } else {
    const promised =
      length === "" ? ", before the end of its last part" : `; Content-Length promises ${length}`;
    book.report("body", "check/body-cut", { bytes, promised }, source);
  }
}
