import { isNumeric, isObject, type Json, type JsonObject, member } from "../../json/value.ts";
import type { Agent, Rating } from "../../model/conversation.ts";
import { idOf, present, presentOrNone, textOf } from "./wire-values.ts";

/** Facts of a conversation that both generations spell alike. */

/**
 * The operators of a conversation: who had it last, then who had it first. Both are kept when they are the same
 * person, so that a place in the list always means the same; one that is missing before a known one is `{}`.
 */
export function agentsOf(document: JsonObject): readonly Agent[] | undefined {
  const current = agentOf(member(document, "operator_current"));
  const created = agentOf(member(document, "operator_created"));
  if (created !== undefined) return [current ?? {}, created];
  return current === undefined ? undefined : [current];
}

function agentOf(operator: Json | undefined): Agent | undefined {
  return presentOrNone({
    id: idOf(member(operator, "id")),
    name: textOf(member(operator, "name")),
    email: textOf(member(operator, "email")),
  });
}

/** @param score  Whatever stands where the score is; anything but a number is none. */
export function ratingOf(document: JsonObject, score: Json | undefined): Rating | undefined {
  return presentOrNone({
    score: isNumeric(score) ? score : undefined,
    text: textOf(member(document, "feedback_message")),
  });
}

/** The customer's own data, of any depth. */
export function customOf(document: JsonObject): { custom?: JsonObject } {
  const custom = member(document, "custom");
  return present({ custom: isObject(custom) ? custom : undefined });
}
