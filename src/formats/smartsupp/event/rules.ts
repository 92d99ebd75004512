import type { Report } from "../../../diagnostics/diagnostic.ts";
import { nearestName } from "../../../diagnostics/nearest.ts";
import { isObject, type JsonObject, member } from "../../../json/value.ts";
import { compareInstants } from "../../../model/time.ts";
import type { Recognition } from "../../types.ts";
import { isKnownEvent, knownEvents } from "./schema.ts";
import { instantAt, textAt } from "./trace.ts";

/** Known by the envelope (documented). Other vendors say event_callback too, but with an object for `event`. */
export function recogniseEvent(document: JsonObject): Recognition {
  const isCallback = textAt(document, "type") === "event_callback";
  const hasEvent = textAt(document, "event") !== undefined;
  const hasData = isObject(member(document, "data"));
  const hasAccount = member(document, "account_id") !== undefined;
  if (isCallback && hasEvent && hasData) {
    return { score: hasAccount ? 1 : 0.8, why: "has type event_callback, event and data" };
  }
  if (hasEvent && hasData && hasAccount) return { score: 0.6, why: "its type is not event_callback" };
  if (isCallback) return { score: 0.4, why: hasEvent ? "it has no data object" : "its event is no text" };
  return { score: 0, why: "its type is not event_callback" };
}

/** Rules between fields, and the one warning of an open vocabulary: an event that no source names. */
export function checkEvent(document: JsonObject, report: Report): void {
  const event = textAt(document, "event") ?? "";
  if (!isKnownEvent(event)) {
    const nearest = nearestName(event, knownEvents());
    report("format/unknown-event", "/event", {
      type: textAt(document, "type") ?? "",
      event,
      ...(nearest === undefined ? {} : { nearest }),
    });
  }
  const data = member(document, "data");
  const conversation = member(data, "conversation");
  const [wire, base] = isObject(conversation) ? [conversation, "/data/conversation"] : [data, "/data"];
  const start = instantAt(wire, "created_at");
  const end = instantAt(wire, "finished_at");
  if (start !== undefined && end !== undefined && compareInstants(end, start) < 0) {
    report("meaning/end-before-start", `${base}/finished_at`, { start, end });
  }
}
