import type { FormatAdapter } from "../../types.ts";
import { decodeHook, hasKnownWords } from "./decode.ts";
import { encodeHook } from "./encode.ts";
import { hookFields } from "./fields.ts";
import { checkHook, hookConversationId, hookIdentity, recogniseHook } from "./rules.ts";
import { SmartsuppHook } from "./schema.ts";

/** The body of Smartsupp's POST hook. Where each fact comes from: fixtures/smartsupp/NOTES.md. */
export const smartsupp: FormatAdapter = {
  id: "smartsupp",
  title: "Smartsupp POST hook",
  summary: "one finished, missed or offline conversation, in all five published revisions",
  docsUrl: "https://docs.smartsupp.com/chat-box/v1/examples/export-to-3rd-party-system.html",
  records: "whole",
  // What one row of the table says of both directions; ids are made anew for other vendors' conversations.
  carries: hookFields
    .filter(({ how, on }) => how === "carried" && on === undefined)
    .map(({ model }) => model),
  fields: hookFields,
  schema: SmartsuppHook,
  shapeOf: SmartsuppHook,
  recognise: recogniseHook,
  crossCheck: checkHook,
  hasKnownWords,
  messagesAt: "/messages",
  identity: hookIdentity,
  conversationId: hookConversationId,
  read: decodeHook,
  write: encodeHook,
};
