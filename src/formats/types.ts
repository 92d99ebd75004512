import type { Report } from "../diagnostics/diagnostic.ts";
import type { EnclosedFile } from "../input/types.ts";
import type { JsonObject } from "../json/value.ts";
import type { Conversation } from "../model/conversation.ts";
import type { TimeZone } from "../model/time.ts";
import type { Schema } from "./wire.ts";

/** Where a vendor fact comes from: the vendor's own words, a published payload, somebody else, or reasoning. */
export type Known = "documented" | "seen" | "third-party" | "inferred";

/**
 * How one wire field and one place of the model belong together. Patterns are JSON Pointers in which `*` stands
 * for an array index (the same one on both sides) and a last `**` for a whole subtree.
 *
 * These tables are the truth behind `chatx formats ID` and the loss report; a test changes every leaf of every
 * fixture and compares what moves with what the table says.
 */
export interface FieldRule {
  readonly wire: string;
  /** A place in the conversation, spelled the same way. */
  readonly model: string;
  /** carried: the wire value can be had back from the model's. derived: it only has a part in it. */
  readonly how: "carried" | "derived";
  /** Reading (wire to model), writing (model to wire), or both, the default. */
  readonly on?: "read" | "write";
  /** True where it depends on the data whether the rule holds: then `Edge`s say so for each conversation. */
  readonly conditional?: boolean;
  readonly known: Known;
  readonly note?: string;
}

/**
 * A derivation that is only known while reading or writing (which message was the last, which time was missing):
 * the leaf `from` had a part in the leaf `to`. Reading: wire to model; writing: model to wire.
 */
export interface Edge {
  readonly from: string;
  readonly to: string;
  /** True where the value can be had back; else its conditional row in the table decides. */
  readonly isCarried?: boolean;
}

/** How sure an adapter is that a document is its own. */
export interface Recognition {
  /** 0 no … 1 certain. */
  readonly score: number;
  /** One clause for people: `has accountId, channel and messages[].sentAt`. */
  readonly why: string;
}

export interface ReadContext {
  /** Pointers are those of the wire document. */
  readonly report: Report;
  /** For times without a zone. */
  readonly zone: TimeZone;
  /** True when the user named the zone: then nothing is assumed, and nothing reported. */
  readonly zoneIsGiven: boolean;
  /** Time of arrival that the capture tells, as text; the last resort for a missing time. */
  readonly receivedAt?: string;
  /** What is in the files that the payload holds; undefined: nobody has looked. */
  readonly enclosed?: readonly EnclosedFile[];
}

/** A PDF report, ready for a body. */
export interface EncodedReport {
  /** Standard alphabet, padded, without line breaks. */
  readonly base64: string;
  /** Size of the PDF itself. */
  readonly bytes: number;
}

/** What a payload holds. */
export type ReadResult =
  | {
      readonly kind: "conversation";
      readonly conversation: Conversation;
      /**
       * For formats whose record is an event: how this part ranks among the parts of its conversation. Of two
       * parts that disagree, the one with the greater rank (text order) is believed.
       */
      readonly rank?: string;
      readonly edges?: readonly Edge[];
    }
  /** Nothing to convert in it: an operator, a contact, a widget, an event without a message. Counted, no error. */
  | { readonly kind: "skipped"; readonly what: string }
  /** Unreadable; the reason was reported as an error. */
  | { readonly kind: "rejected" };

export interface WriteContext {
  /** Pointers are those of the conversation in the model. */
  readonly report: Report;
  /** How Ferndesk documents spell the agent's role. */
  readonly agentRole: "agent" | "support_agent";
  /** What becomes of system messages where the target has no place for them. */
  readonly systemMessages: "drop" | "agent";
}

export interface WriteResult {
  /** Plain data, ready for `stringifyJson`. */
  readonly value: JsonObject;
  /** Index of each model message in the written list; -1 for one that is left out. */
  readonly messageIndex: readonly number[];
  readonly edges?: readonly Edge[];
}

/** What a conversion needs to know of the format that it writes. */
export type TargetFormat = Pick<
  FormatAdapter,
  "id" | "title" | "fields" | "messagesAt" | "write" | "listKey" | "unmapped"
>;

export interface FormatAdapter {
  /** As typed after --to; lower case. */
  readonly id: string;
  /** The vendor's own spelling. */
  readonly title: string;
  readonly summary: string;
  readonly docsUrl: string;
  /**
   * What one record is. whole: a conversation from start to end; records stream. snapshots: one of several states
   * of a conversation, each with the list of messages so far. events: one thing that happened, with at most its
   * own message. Snapshots and events of one conversation are held until the input ends and folded into one.
   */
  readonly records: "whole" | "snapshots" | "events";
  /** Model patterns (as in FieldRule.model) that survive writing and reading back. Empty for read-only formats. */
  readonly carries: readonly string[];
  readonly fields: readonly FieldRule[];
  /** All shapes of the format, for `chatx schema`. */
  readonly schema: () => Schema;
  /** The one shape that a document claims to be (by `_type`, `_event` …). */
  readonly shapeOf: (document: JsonObject) => Schema;
  /** What the document says has happened, in the vendor's words; for counts. Absent where a format has no events. */
  readonly eventOf?: (document: JsonObject) => string | undefined;
  /** Never throws. */
  readonly recognise: (document: JsonObject) => Recognition;
  /** Rules between fields, run after the schema held. Reports warnings. */
  readonly crossCheck?: (document: JsonObject, report: Report) => void;
  /** Whether it is plain at a glance that `read` would meet no word of an open vocabulary that is not known. */
  readonly hasKnownWords?: (document: JsonObject) => boolean;
  /**
   * Leaves that say once more what another leaf of the document says: pointer of the one -> pointer of the other. The
   * report on losses then says of the one what became of the other. Only called with a document whose shape held.
   */
  readonly restated?: (document: JsonObject) => ReadonlyMap<string, string>;
  /** JSON Pointer of the list that the model's messages come from, index for index; absent where there is none. */
  readonly messagesAt?: string;
  /** What makes a whole conversation this one and no other, and where it stands; for finding the same one twice. */
  readonly identity?: (document: JsonObject) => { readonly id: string; readonly pointer: string };
  /**
   * The id that `read` gives the conversation, told from the ids alone and of any document, whatever else is wrong with
   * it; undefined where it takes reading to know. Numbers may be those of `JSON.parse`. Absent: it always takes that.
   */
  readonly conversationId?: (document: JsonObject) => string | undefined;
  /** Only called with a document whose shape held. */
  readonly read: (document: JsonObject, context: ReadContext) => ReadResult;
  /** Absent: the format cannot be produced. */
  readonly write?: (conversation: Conversation, context: WriteContext) => WriteResult;
  /**
   * For a format whose documents hold a PDF of the conversation: the finished document. What `write` gives has a stand-in
   * where the PDF belongs, since making one takes time; nobody outside may see that.
   */
  readonly withReport?: (conversation: Conversation, report: EncodedReport) => JsonObject;
  /** Why fields that `fields` does not name are dropped, also when the same format is written. Absent: they are kept then. */
  readonly unmapped?: string;
  /** A document of several is `{[listKey]: […]}`; without it a single payload stands alone and several in a list. */
  readonly listKey?: string;
}
