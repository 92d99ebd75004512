import type { Report } from "../../../diagnostics/diagnostic.ts";
import { type JsonObject, member } from "../../../json/value.ts";
import type { FormatAdapter } from "../../types.ts";
import { checkMessages, checkNotEmpty, checkSpan } from "../cross-check.ts";
import { eventOf, LEGACY_PAIRS, reportUnknownEvent } from "../pairs.ts";
import { spellingOf } from "../spelling.ts";
import { decodeUserlikeLegacy, SPELLINGS } from "./decode.ts";
import { userlikeLegacyFields } from "./fields.ts";
import { recogniseUserlikeLegacy } from "./recognise.ts";
import { shapeOf, UserlikeLegacyBody } from "./schema.ts";

/**
 * Callbacks of Userlike's API add-on as they were in 2014. Where each fact comes from:
 * fixtures/userlike-legacy/NOTES.md.
 */
export const userlikeLegacy: FormatAdapter = {
  id: "userlike-legacy",
  title: "Userlike (2014)",
  summary: "API add-on callbacks of 2014: chat_meta, offline_message, operator, chat_widget",
  docsUrl: "https://docs.userlike.com/developers/api/add-on",
  records: "snapshots",
  carries: [],
  fields: userlikeLegacyFields,
  schema: UserlikeLegacyBody,
  shapeOf,
  eventOf,
  recognise: recogniseUserlikeLegacy,
  crossCheck,
  messagesAt: "/messages",
  read: decodeUserlikeLegacy,
};

function crossCheck(document: JsonObject, report: Report): void {
  reportUnknownEvent(document, LEGACY_PAIRS, report);
  if (member(document, "_type") !== "chat_meta") return;
  const spelling = spellingOf(document, SPELLINGS);
  if (spelling !== undefined) {
    // Only a chat that is over should have messages: receive is its last callback.
    if (member(document, "_event") === "receive") checkNotEmpty(document, spelling, report);
    checkMessages(document, spelling, report);
  }
  checkSpan(document, report);
}
