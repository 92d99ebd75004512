import type { ExactNumber, JsonObject } from "../json/value.ts";
import type { Instant } from "./time.ts";

/**
 * The neutral model that every format reads into and writes from. It holds what at least one vendor has a place
 * for. What a vendor sends beyond that is kept beside it by `convert`, and put back when the same format is written.
 *
 * Ids and vendor numbers are text with the vendor's own digits. A missing fact is absent, not null.
 */
export interface Conversation {
  /** Stable and free of collisions between vendors: `smartsupp-<accountId>-<channel.id>`, `userlike-<id>`. */
  readonly id: string;
  readonly origin: Origin;
  readonly url?: string;
  readonly status?: string;
  readonly startedAt?: Instant;
  readonly endedAt?: Instant;
  readonly visitor?: Visitor;
  readonly agents?: readonly Agent[];
  readonly rating?: Rating;
  readonly flags?: Flags;
  readonly metrics?: Metrics;
  readonly pages?: readonly Page[];
  readonly topics?: readonly string[];
  /** What the customer's own site attached to the conversation; any depth. */
  readonly custom?: JsonObject;
  /** In the vendor's own order. */
  readonly messages: readonly Message[];
}

/** Where a conversation comes from, with the vendor's ids digit for digit. */
export interface Origin {
  readonly format: string;
  readonly account?: string;
  readonly id?: string;
}

export interface Visitor {
  readonly id?: string;
  readonly name?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly note?: string;
  readonly group?: string;
  readonly ipAddress?: string;
  readonly city?: string;
  readonly countryCode?: string;
  readonly country?: string;
  readonly locale?: string;
  readonly userAgent?: string;
  readonly platform?: string;
  readonly referrer?: string;
  /** Smartsupp's `variables`: name -> {label, value}, or name -> scalar. */
  readonly variables?: JsonObject;
}

export interface Agent {
  readonly id?: string;
  readonly name?: string;
  readonly email?: string;
}

export interface Rating {
  readonly score?: number | ExactNumber;
  readonly text?: string;
}

/** The vendor's own judgement of the conversation; opaque, see the vendor's notes. */
export interface Flags {
  readonly chat?: boolean;
  readonly missed?: boolean;
  readonly triggered?: boolean;
  readonly offline?: boolean;
  readonly completed?: boolean;
  readonly dropped?: boolean;
}

/** The vendor's own counts. Durations are in whole seconds. */
export interface Metrics {
  readonly durationSeconds?: number | ExactNumber;
  readonly averageResponseSeconds?: number | ExactNumber;
  readonly firstResponseSeconds?: number | ExactNumber;
  readonly messages?: number | ExactNumber;
  readonly words?: number | ExactNumber;
}

export interface Page {
  readonly url?: string;
  readonly title?: string;
}

/** visitor: the customer. agent: a person who answers. bot: a trigger or robot on the agent's side. system: an event. */
export type Sender = "visitor" | "agent" | "bot" | "system";

export interface Message {
  /** The vendor's id where it has one, else `<conversation id>-<position in the vendor's own list, from 1>`. */
  readonly id: string;
  readonly sender: Sender;
  /** The text as the visitor or agent wrote it; for a system message the vendor's code. */
  readonly text: string;
  readonly sentAt: Instant;
  readonly author?: Agent;
  /** Name of the trigger that sent a bot message. */
  readonly trigger?: string;
  readonly attachments?: readonly Attachment[];
}

export interface Attachment {
  readonly name?: string;
  readonly mediaType?: string;
  readonly url?: string;
  readonly bytes?: number | ExactNumber;
}
