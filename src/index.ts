export type { ConvertSummary, LossEntry } from "./convert/types.ts";
export { messageOf } from "./diagnostics/catalogue.ts";
export type { DiagnosticArgs, DiagnosticCode, Severity } from "./diagnostics/diagnostic.ts";
export type { Excerpt, Finding, Place } from "./diagnostics/finding.ts";
export { stringifyJson } from "./json/stringify.ts";
export { ExactNumber, type Json, type JsonObject } from "./json/value.ts";
export {
  type Conversion,
  type ConvertedConversation,
  type ConvertOptions,
  convert,
} from "./library/convert.ts";
export { detect, formats, schemaOf } from "./library/formats.ts";
export {
  type PlanReplayOptions,
  planReplay,
  type ReplayMessage,
  type ReplayPlan,
  type ReplayPlanSummary,
} from "./library/plan-replay.ts";
export type { ChatInput, DetectedFormat, FormatInfo, ReadOptions } from "./library/types.ts";
export { type ValidatedRecord, type ValidateOptions, validate } from "./library/validate.ts";
export type {
  Agent,
  Attachment,
  Conversation,
  Flags,
  Message,
  Metrics,
  Origin,
  Page,
  Rating,
  Sender,
  Visitor,
} from "./model/conversation.ts";
export type { Instant } from "./model/time.ts";
export type { HttpRequest } from "./transport/types.ts";
