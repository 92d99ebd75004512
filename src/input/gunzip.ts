import type { InflateRaw, ZlibOptions } from "node:zlib";
import { GzipHead } from "./gzip-head.ts";
import { SourceProblem } from "./problems.ts";

/** How much is inflated at once: at gzip's best ratio of 1,032 it becomes 17 MB, which bounds the memory. */
const PIECE_BYTES = 16 * 1024;
const OUTPUT_BYTES = 64 * 1024;
/** Behind a member stand the checksum and the length of what it holds, four bytes each (RFC 1952, 2.3.1). */
const TRAILER_BYTES = 8;

/** Loaded when something is compressed: most runs read plain files. */
export function zlib(): typeof import("node:zlib") {
  return process.getBuiltinModule("node:zlib");
}

/** Where the reading stands. */
const IN_HEAD = 0;
const IN_BODY = 1;
const IN_TRAILER = 2;
const BETWEEN = 3;
const IN_PADDING = 4;

/**
 * Inflates gzip, of one or several members. Node's own gunzip drops what it has inflated and not yet given out when a
 * checksum is wrong or other data follows; so here only the bodies are left to zlib, and all that they hold is out
 * before the frame around them is judged. In a body that is itself damaged zlib gives up at most the last 64 KiB.
 */
export class Gunzip {
  private state = IN_HEAD;
  private head = new GzipHead();
  private isFirst = true;
  private body: DeflateBody | undefined;
  private readonly trailer = new Uint8Array(TRAILER_BYTES);
  private trailerLength = 0;

  /** @throws {SourceProblem} After everything that came before the fault. */
  async *write(chunk: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
    for (let at = 0; at < chunk.length; ) {
      if (this.state === IN_BODY) {
        const piece = chunk.subarray(at, at + PIECE_BYTES);
        at += yield* this.inflate(piece);
      } else {
        this.takeFrame(chunk[at++]!);
      }
    }
  }

  /** @throws {SourceProblem} If the data ends within a member. */
  end(): void {
    if (this.state < BETWEEN) throw brokenGzip("unexpected end of file");
  }

  close(): void {
    this.body?.close();
  }

  private async *inflate(piece: Uint8Array): AsyncGenerator<Uint8Array, number, undefined> {
    this.body ??= new DeflateBody();
    const taken = yield* this.body.write(piece);
    if (taken < piece.length) this.state = IN_TRAILER;
    return taken;
  }

  /** A byte of what stands around the bodies. */
  private takeFrame(byte: number): void {
    if (this.state === BETWEEN) this.state = byte === 0 ? IN_PADDING : IN_HEAD;
    if (this.state === IN_HEAD) this.takeHead(byte);
    else if (this.state === IN_TRAILER) this.takeTrailer(byte);
    // NUL as padding is all there may be behind the last member.
    else if (byte !== 0) throw brokenGzip(OTHER_DATA);
  }

  private takeHead(byte: number): void {
    const isOver = this.head.take(byte);
    if (typeof isOver === "string") throw brokenGzip(this.isFirst ? isOver : OTHER_DATA);
    if (!isOver) return;
    this.head = new GzipHead();
    this.isFirst = false;
    this.state = IN_BODY;
  }

  private takeTrailer(byte: number): void {
    this.trailer[this.trailerLength++] = byte;
    if (this.trailerLength < TRAILER_BYTES) return;
    const said = new DataView(this.trailer.buffer);
    const { checksum, length } = this.body!;
    this.body!.close();
    this.body = undefined;
    this.trailerLength = 0;
    if (said.getUint32(0, true) !== checksum) throw brokenGzip("incorrect data check");
    if (said.getUint32(4, true) !== length) throw brokenGzip("incorrect length check");
    this.state = BETWEEN;
  }
}

/** One deflate stream, written to and read from by turns: piped, a fault would take all waiting output along. */
class DeflateBody {
  // Without a limit of its own, a write is over when all its output is there.
  private readonly engine: InflateRaw = zlib().createInflateRaw({
    chunkSize: OUTPUT_BYTES,
    readableHighWaterMark: Number.MAX_SAFE_INTEGER,
  } as ZlibOptions);
  private readonly failure: Promise<Error>;
  /** CRC-32 of all that came out, and its length modulo 2^32: what the trailer must say. */
  checksum = 0;
  length = 0;

  constructor() {
    this.failure = new Promise((resolve) => this.engine.once("error", resolve));
  }

  /** Gives what comes out, and returns how much of the piece it took: less than all of it at the stream's end. */
  async *write(piece: Uint8Array): AsyncGenerator<Uint8Array, number, undefined> {
    const { engine } = this;
    const before = engine.bytesWritten;
    const written = new Promise<undefined>((resolve) => engine.write(piece, () => resolve(undefined)));
    const failure = await Promise.race([written, this.failure]);
    for (let output: Buffer | null = engine.read(); output !== null; output = engine.read()) {
      this.checksum = zlib().crc32(output, this.checksum);
      this.length = (this.length + output.length) >>> 0;
      yield output;
    }
    const error = failure ?? engine.errored;
    if (error !== null) throw brokenGzip(error);
    return engine.bytesWritten - before;
  }

  close(): void {
    this.engine.destroy();
  }
}

const OTHER_DATA = "other data follows its end";

function brokenGzip(cause: unknown): SourceProblem {
  return new SourceProblem({ code: "input/broken-gzip", args: { reason: reasonOf(cause) } });
}

const REASONS = new Map([
  ["incorrect data check", "its checksum does not match"],
  ["incorrect length check", "its length does not match"],
  ["unexpected end of file", "it is cut off"],
  ["incorrect header check", OTHER_DATA],
  ["Decompression failed", "it cannot be unpacked"],
]);

/** What zlib says, in words for people. */
export function reasonOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return REASONS.get(text) ?? text;
}
