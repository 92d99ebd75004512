import type { DiagnosticArgs, DiagnosticCode } from "../diagnostics/diagnostic.ts";
import type { Place } from "../diagnostics/finding.ts";
import type { TellBeside } from "./beside.ts";
import { type Body, type InflateBody, type NoBody, type Opened, openCapture, openHarEntry } from "./body.ts";
import { bareBody } from "./body-codings.ts";
import type { Cut } from "./cut.ts";
import { Cutter } from "./cutter.ts";
import type { Probe, WholeLine } from "./cutting.ts";
import { textOnly } from "./heads.ts";
import { placesFrom } from "./places.ts";
import { problemAt, SourceProblem } from "./problems.ts";
import type { ByteSource, InputRecord, RecordProblem } from "./types.ts";

const GZIP = "gzip-compressed";

export interface SplitOptions {
  /** A longer record is a problem; memory is bounded by this and the size of a chunk. */
  readonly maxRecordBytes: number;
  /**
   * A fast path. Called at the start of every value of the top level (but arrays, which are lists) and every
   * element of a list, with what the window holds of the input: bytes [start, end), of which the first in the array
   * stands at `base` in the source. It returns where a value ends that it dealt with completely, or -1. The splitter then counts that record and goes on behind it;
   * what it yielded before has been taken by then, so order is kept. Bodies in captures are not offered.
   */
  readonly probe?: Probe;
  /**
   * A fast path for JSON Lines, for those who parse every record anyway. Called with a line of the top level that begins
   * with "{" and ends with "}"; it returns whether bytes [start, end) are one whole object that is none of the documents
   * which hold others (`conversations`, HAR, capture). Then they are the next record, and nothing looks at them twice.
   */
  readonly line?: WholeLine;
  /** Unpacks bodies of captures, up to `maxRecordBytes` (this layer has no zlib); without it they are `input/compressed`. */
  readonly inflate?: InflateBody;
  /** Told of members beside a list of conversations; without it they are passed over. */
  readonly beside?: TellBeside;
  /** Where the first byte stands that will be pushed, and how many records came before it; see `rest`. */
  readonly from?: { readonly place: Place; readonly records: number };
}

/**
 * Cuts the bytes of one source into records, whatever JSON shape they have: a document, an array of payloads,
 * JSON Lines, concatenated texts, RFC 7464, a Ferndesk document, HAR 1.2 or capture records. Push-driven and
 * synchronous; needs neither Node nor the whole input. It never throws for bad data.
 *
 * The iterables must be read to their end before the next call. A record's bytes are valid until the next one
 * is asked for.
 */
export class RecordSplitter {
  private readonly source: string;
  private readonly options: SplitOptions;
  private readonly cutter: Cutter;
  private given = 0;
  private sawInnerContainer = false;
  private readonly isOfBody: boolean;

  /**
   * @param isOfBody  Whether the bytes are the body of a capture: what looks like a capture in there is data.
   */
  constructor(source: string, options: SplitOptions, isOfBody = false) {
    this.source = source;
    this.isOfBody = isOfBody;
    this.options = options;
    this.given = options.from?.records ?? 0;
    const { maxRecordBytes: maxBytes, probe, line, beside, from } = options;
    this.cutter = new Cutter(source, { maxBytes, probe, line, beside, start: from?.place });
  }

  /**
   * Where another splitter may go on when a file that ended here has grown: behind the last whole record. Undefined in
   * a list and in an RFC 7464 sequence, whose rest cannot be read by itself. Asked between `push` and `push`, or after
   * `end`.
   */
  get rest(): Place | undefined {
    return this.cutter.rest;
  }

  /** Records so far, with those that the probe dealt with. */
  get records(): number {
    return this.given + this.cutter.probed;
  }

  /**
   * Whether a list of records was read, be it empty: `[]` and `{"conversations":[]}` are sound, nothing at
   * all is not.
   */
  get sawContainer(): boolean {
    return this.sawInnerContainer || this.cutter.sawContainer;
  }

  /** The records that end within this chunk. */
  *push(chunk: Uint8Array): Generator<InputRecord, void, undefined> {
    this.cutter.feed(chunk);
    yield* this.cuts();
  }

  /** The records that only the end of the input brings out. */
  *end(): Generator<InputRecord, void, undefined> {
    this.cutter.finish();
    yield* this.cuts();
  }

  /**
   * The last record of a source that failed: it holds what there is of the record that was being read, and
   * the problem. Call it instead of `end`.
   */
  fail(code: DiagnosticCode, args: DiagnosticArgs[DiagnosticCode]): InputRecord {
    return this.numbered(this.cutter.fail(code, args));
  }

  private *cuts(): Generator<InputRecord, void, undefined> {
    for (let cut = this.cutter.next(); cut !== undefined; cut = this.cutter.next()) {
      if (cut.kind === "payload" || this.isOfBody) yield this.numbered(cut);
      else yield* this.opened(cut, cut.kind === "capture" ? openCapture(cut.bytes) : openHarEntry(cut.bytes));
    }
  }

  private numbered(cut: Cut): Cut {
    this.given++;
    cut.number = this.records;
    return cut;
  }

  private *opened(cut: Cut, opened: Opened): Generator<InputRecord, void, undefined> {
    if (opened === "invalid" || opened === "plain") {
      yield this.numbered(cut);
    } else if ("bytes" in opened) {
      yield* this.ofBody(cut, opened);
    } else {
      yield this.withoutBody(cut, opened);
    }
  }

  private withoutBody(cut: Cut, { capture, fault }: NoBody): InputRecord {
    const container = cut.kind === "capture" ? "capture record" : "HAR entry";
    const { code, args } = fault ?? { code: "input/no-body", args: { container } };
    const problem = problemAt(code, args, 0, cut.bytes.length);
    const { number, source, start, bytes, pointer } = this.numbered(cut);
    return {
      source,
      number,
      start,
      bytes,
      pointer,
      capture,
      problem,
      placesOf: (offsets) => cut.placesOf(offsets),
    };
  }

  /** Splits a body the same way as a source. */
  private *ofBody(cut: Cut, body: Body): Generator<InputRecord, void, undefined> {
    const stringPlace = cut.placesOf([body.quoteAt])[0]!;
    const wrap = (part: BodyPart): InputRecord => {
      this.given++;
      return {
        source: this.source,
        number: this.records,
        start: stringPlace,
        container: cut.pointer + body.pointer,
        capture: body.capture,
        ...(cut.kind === "payload"
          ? {}
          : { carrier: { kind: cut.kind, offset: cut.start.offset, bytes: cut.bytes } }),
        ...part,
      };
    };
    const atString = (offsets: readonly number[]) => offsets.map(() => stringPlace);
    const raw = bodyBytes(body, this.options);
    if (raw.problem !== undefined) {
      yield wrap({ bytes: raw.bytes, pointer: "", problem: raw.problem, placesOf: atString });
      return;
    }
    const inOuter = raw.isInflated
      ? atString
      : (offsets: readonly number[]) => placesFrom(cut.start, cut.bytes, body.outerOffsets(offsets));
    const { beside } = this.options;
    const besideInBody: TellBeside = (part, members) => {
      const from = part.placesOf([0])[0]!.offset;
      const placesOf = (offsets: readonly number[]) => inOuter(offsets.map((offset) => from + offset));
      beside?.({ ...part, number: 0, container: cut.pointer + body.pointer, placesOf }, members);
    };
    const options = {
      ...ofBodyOnly(this.options),
      ...(beside === undefined ? {} : { beside: besideInBody }),
    };
    const nested = new RecordSplitter(this.source, options, true);
    for (const records of [nested.push(raw.bytes), nested.end()]) {
      for (const { bytes, pointer, problem, start } of records) {
        const placesOf = (offsets: readonly number[]) =>
          inOuter(offsets.map((offset) => start.offset + offset));
        yield wrap({ bytes, pointer, placesOf, ...(problem === undefined ? {} : { problem }) });
      }
    }
    if (nested.sawContainer) this.sawInnerContainer = true;
    else if (nested.records === 0) yield this.withoutBody(cut, body);
  }
}

type BodyPart = Pick<InputRecord, "bytes" | "pointer" | "placesOf"> & { readonly problem?: RecordProblem };

function ofBodyOnly({ probe: _, line: __, from: ___, ...options }: SplitOptions): SplitOptions {
  return options;
}

/** The bytes that a body's payloads are cut from. */
function bodyBytes({ bytes, capture }: Body, options: SplitOptions): ReturnType<typeof bareBody> {
  if (bytes !== undefined) return bareBody(bytes, capture.headers, options);
  return { bytes: new Uint8Array(0), isInflated: false, problem: problemAt("input/bad-base64", {}, 0, 0) };
}

/**
 * The records of one source, as one stream. A fault of the source itself (broken gzip, UTF-16 and so on)
 * comes out as a last record with a problem; failures to read (`InputError`) are thrown.
 *
 * @param splitter  Bring your own to look at `records` and `sawContainer` afterwards.
 */
export async function* readRecords(
  source: ByteSource,
  options: SplitOptions,
  splitter: RecordSplitter = new RecordSplitter(source.name, options),
): AsyncGenerator<InputRecord, void, undefined> {
  try {
    for await (const chunk of textOnly(source.chunks, GZIP)) yield* splitter.push(chunk);
  } catch (error) {
    if (!(error instanceof SourceProblem)) throw error;
    yield splitter.fail(error.code, error.args);
    return;
  }
  yield* splitter.end();
}
