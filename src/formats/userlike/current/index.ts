import type { Report } from "../../../diagnostics/diagnostic.ts";
import { type JsonObject, member } from "../../../json/value.ts";
import type { FormatAdapter } from "../../types.ts";
import { checkMessages, checkNotEmpty, checkSpan } from "../cross-check.ts";
import { CURRENT_PAIRS, eventOf, reportUnknownEvent } from "../pairs.ts";
import { spellingOf } from "../spelling.ts";
import { decodeUserlike, SPELLINGS } from "./decode.ts";
import { encodeUserlike } from "./encode.ts";
import { userlikeFields } from "./fields.ts";
import { recogniseUserlike } from "./recognise.ts";
import { hasMessageList, shapeOf, UserlikeBody } from "./schema.ts";

/**
 * Callbacks of Userlike's API add-on (now Lime Connect), as they are today. Where each fact comes from:
 * fixtures/userlike/NOTES.md.
 */
export const userlike: FormatAdapter = {
  id: "userlike",
  title: "Userlike",
  summary: "API add-on callbacks of today, all 18 (_type, _event) pairs; written as chat_session end",
  docsUrl: "https://docs.userlike.com/developers/api/add-on",
  records: "snapshots",
  carries: [
    "/id",
    "/status",
    "/startedAt",
    "/endedAt",
    "/visitor/id",
    "/visitor/name",
    "/visitor/email",
    "/visitor/phone",
    "/visitor/city",
    "/visitor/country",
    "/visitor/locale",
    "/visitor/variables/**",
    "/agents/0/id",
    "/agents/0/name",
    "/agents/0/email",
    "/agents/1/id",
    "/agents/1/name",
    "/agents/1/email",
    "/rating/score",
    "/rating/text",
    "/topics/*",
    "/custom/**",
    "/messages/*/id",
    "/messages/*/sender",
    "/messages/*/text",
    "/messages/*/sentAt",
    "/messages/*/author/name",
  ],
  fields: userlikeFields,
  schema: UserlikeBody,
  shapeOf,
  eventOf,
  recognise: recogniseUserlike,
  crossCheck,
  messagesAt: "/transcript",
  read: decodeUserlike,
  write: encodeUserlike,
};

function crossCheck(document: JsonObject, report: Report): void {
  reportUnknownEvent(document, CURRENT_PAIRS, report);
  const type = member(document, "_type");
  const event = member(document, "_event");
  if (type !== undefined && type !== "chat_session" && type !== "conversation") return;
  const isEnd = type === undefined || (type === "chat_session" && event === "end");
  // Documented for this one event only; what the others hold is not published.
  if (isEnd && !hasMessageList(document)) report("format/no-transcript", "", { format: "Userlike" });
  const spelling = spellingOf(document, SPELLINGS);
  if (spelling !== undefined) {
    if (isEnd) checkNotEmpty(document, spelling, report);
    checkMessages(document, spelling, report);
  }
  checkSpan(document, report);
}
