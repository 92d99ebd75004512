import { ConvertCounts } from "../../../convert/counts.ts";
import { FastPath } from "../../../convert/fast/fast-path.ts";
import { type ConversationRead, readRecord, writeWhole } from "../../../convert/read-record.ts";
import type { ConvertSettings } from "../../../convert/types.ts";
import { Verdicts } from "../../../convert/verdicts.ts";
import type { Finding } from "../../../diagnostics/finding.ts";
import type { Probe } from "../../../input/cutting.ts";
import type { InputRecord } from "../../../input/types.ts";
import type { ConversationIndex } from "../index/conversation-index.ts";
import { payloadHash } from "../index/payload-hash.ts";
import { CAPTURE, HAR_ENTRY, PAYLOAD, type SliceKind } from "../index/slices.ts";
import type { Spool } from "../recall/spool.ts";
import { lastMsOf, lastMsOfBytes } from "./last-message.ts";

/** Puts records into the index: checked as `chatx convert` does, and forgotten but for their places. */
export class RecordIndexer {
  readonly counts = new ConvertCounts();
  private readonly index: ConversationIndex;
  private readonly spool: Spool;
  private readonly settings: ConvertSettings;
  private readonly verdicts: Verdicts;
  private readonly fast: FastPath | undefined;
  private source = 0;
  private isSpooled = false;
  private isLeaving: (source: number) => boolean = () => false;
  private taken: { readonly conversation: number; readonly hash: readonly [number, number] } | undefined;

  constructor(
    index: ConversationIndex,
    spool: Spool,
    settings: ConvertSettings,
    onFindings: (findings: readonly Finding[]) => void,
  ) {
    this.index = index;
    this.spool = spool;
    this.settings = settings;
    const converted = () => undefined;
    this.verdicts = new Verdicts(settings, { converted, findings: onFindings }, this.counts);
    const convertedBytes = (bytes: Uint8Array) =>
      index.setLast(this.taken!.conversation, lastMsOfBytes(bytes));
    const repeats = { seen: (id: string, payload: Uint8Array | string) => this.seen(id, payload) };
    const sink = { converted, convertedBytes, findings: converted };
    this.fast = FastPath.of(settings, sink, { repeats, counts: this.counts });
  }

  /**
   * The records that come now are of this source.
   *
   * @param isLeaving  Whether a source is about to be dropped: to differ from one of those is no finding.
   */
  begin(source: number, isSpooled: boolean, isLeaving: (source: number) => boolean): void {
    this.source = source;
    this.isSpooled = isSpooled;
    this.isLeaving = isLeaving;
  }

  /** The source has ended. @throws {SpoolError} Where its records cannot be kept. */
  end(): void {
    if (this.isSpooled) this.spool.flush();
  }

  /** For `SplitOptions.probe`. */
  get probe(): Probe | undefined {
    const { fast } = this;
    if (fast === undefined) return undefined;
    return (bytes, start, end, base) => {
      const to = fast.takeFrom(bytes, start, end);
      if (to >= 0) this.addTaken(PAYLOAD, base + start, bytes.subarray(start, to));
      return to;
    };
  }

  /** For the fast path, which leaves everything that is not new to the plain one. */
  private seen(id: string, payload: Uint8Array | string): "new" | "differs" {
    const conversation = this.index.findOrAdd(id, false);
    if (this.index.firstOf(conversation) !== 0) return "differs";
    this.taken = { conversation, hash: payloadHash(payload as Uint8Array) };
    return "new";
  }

  private addTaken(kind: SliceKind, offset: number, bytes: Uint8Array): void {
    const { conversation, hash } = this.taken!;
    this.addSlice(conversation, kind, offset, bytes, hash);
  }

  /** @returns Whether the record was accepted, not rejected. */
  record(record: InputRecord): boolean {
    const { carrier, bytes, start, problem } = record;
    const kind = carrier === undefined ? PAYLOAD : carrier.kind === "capture" ? CAPTURE : HAR_ENTRY;
    if (problem === undefined && this.fast?.take(bytes)) {
      this.addTaken(kind, carrier?.offset ?? start.offset, carrier?.bytes ?? bytes);
      return true;
    }
    this.counts.read++;
    const reading = readRecord(record, this.settings);
    const { examined } = reading;
    if (reading.kind === "rejected") return this.verdicts.reject(record, examined);
    if (reading.kind === "skipped") return this.verdicts.skip(record, examined, reading.what);
    const add = (conversation: number, hash: readonly [number, number]) =>
      this.addSlice(conversation, kind, carrier?.offset ?? start.offset, carrier?.bytes ?? bytes, hash);
    const conversation = this.index.findOrAdd(reading.conversation.id, reading.isPart);
    const one = { record, reading, conversation, hash: payloadHash(bytes) };
    return reading.isPart ? this.addPart(one, add) : this.addWhole(one, add);
  }

  /** What another source says as well is remembered, should that source go away. */
  private addPart({ record, reading, conversation, hash }: Told, add: Add): boolean {
    const known = this.index.hasContent(conversation, { hash, source: this.source });
    if (known !== "same") add(conversation, hash);
    if (known === false) return this.verdicts.accept(record, reading.examined);
    reading.examined.report("convert/exact-repeat", "", { id: reading.conversation.id });
    return this.verdicts.skip(record, reading.examined, "exact repeat");
  }

  /** Of several that tell a conversation whole the first stands. */
  private addWhole({ record, reading, conversation, hash }: Told, add: Add): boolean {
    const { index, verdicts } = this;
    const { examined } = reading;
    const first = index.firstOf(conversation);
    if (first === 0) {
      add(conversation, hash);
      const written = writeWhole(reading, this.settings);
      index.setLast(conversation, typeof written === "object" ? lastMsOf(written.value) : undefined);
      if (written === "rejected") return verdicts.reject(record, examined);
      if (written === "no message left") return verdicts.skip(record, examined, written);
      return verdicts.accept(record, examined);
    }
    const known = index.slice(first);
    if (known.source !== this.source) add(conversation, hash);
    const isSame = known.hash[0] === hash[0] && known.hash[1] === hash[1];
    const { id } = reading.conversation;
    if (isSame) examined.report("convert/exact-repeat", "", { id });
    else if (!this.isLeaving(known.source)) examined.report("convert/differing-repeat", "", { id });
    return verdicts.skip(record, examined, isSame ? "exact repeat" : "repeat that differs");
  }

  private addSlice(
    conversation: number,
    kind: SliceKind,
    offset: number,
    bytes: Uint8Array,
    hash: readonly [number, number],
  ): void {
    const at = this.isSpooled ? this.spool.append(bytes) : offset;
    this.index.addSlice(conversation, { source: this.source, kind, offset: at, length: bytes.length, hash });
  }
}

/** A record, what it tells, and the conversation of the index that it tells of. */
interface Told {
  readonly record: InputRecord;
  readonly reading: ConversationRead;
  readonly conversation: number;
  readonly hash: readonly [number, number];
}

type Add = (conversation: number, hash: readonly [number, number]) => void;
