import type { FormatAdapter } from "../../types.ts";
import { decodeEvent } from "./decode.ts";
import { eventFields } from "./fields.ts";
import { checkEvent, recogniseEvent } from "./rules.ts";
import { eventShapeOf, SmartsuppEvent } from "./schema.ts";
import { textAt } from "./trace.ts";

/** An event of Smartsupp's REST v2 webhooks. Where each fact comes from: fixtures/smartsupp-event/NOTES.md. */
export const smartsuppEvent: FormatAdapter = {
  id: "smartsupp-event",
  title: "Smartsupp webhook",
  summary: "one event of the REST v2 webhooks (event_callback); events of a conversation are folded",
  docsUrl: "https://docs.smartsupp.com/rest-api/webhooks",
  records: "events",
  carries: [],
  fields: eventFields,
  schema: SmartsuppEvent,
  shapeOf: eventShapeOf,
  eventOf: (document) => textAt(document, "event"),
  recognise: recogniseEvent,
  crossCheck: checkEvent,
  read: decodeEvent,
};
