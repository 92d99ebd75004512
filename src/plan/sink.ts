import type { Finding } from "../diagnostics/finding.ts";
import type { FinalState, RecordedState } from "../replay/journal/format.ts";
import type { MessageName } from "../replay/plan.ts";
import type { PlannedMessage } from "../replay/types.ts";

/** Where planned messages go. */
export interface MessageSink {
  /** The next record is read when this has resolved. */
  message(message: PlannedMessage): Promise<void> | undefined;
  findings(findings: readonly Finding[]): void;
  /** What earlier runs made of a record's message, should it be in the plan: then it need not be looked at. */
  before?(name: MessageName): RecordedState | undefined;
  /** A message that the pass knows to be settled is passed over; it has no name. */
  passOver?(state: FinalState): void;
  /** Whether the names of the messages are all that is wanted. */
  readonly wantsNames?: boolean;
}
