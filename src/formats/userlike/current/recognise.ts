import { isArray, isObject, type JsonObject, member } from "../../../json/value.ts";
import type { Recognition } from "../../types.ts";
import { CURRENT_PAIRS, isLegacyOperator, LEGACY_PAIRS, nearestType } from "../pairs.ts";
import { isPart } from "./schema.ts";

/** How sure it is that a document is a callback of today. */
export function recogniseUserlike(document: JsonObject): Recognition {
  const type = member(document, "_type");
  if (typeof type === "string") return recogniseType(type, document);
  if (type !== undefined) return { score: 0, why: "its _type is no text" };
  const transcript = member(document, "transcript");
  if (isArray(transcript)) {
    const first = transcript.find(isObject);
    if (first !== undefined && Object.hasOwn(first, "body") && Object.hasOwn(first, "operator_name")) {
      return { score: 0.9, why: "has a transcript with body and operator_name" };
    }
    if (isObject(member(document, "contact"))) return { score: 0.7, why: "has a transcript and a contact" };
    return { score: 0.25, why: "its transcript has no operator_name" };
  }
  if (isPart(document)) return { score: 0.7, why: "has contact and accepts_messages" };
  return { score: 0, why: "it has neither _type nor transcript" };
}

function recogniseType(type: string, document: JsonObject): Recognition {
  const event = member(document, "_event");
  if (CURRENT_PAIRS.has(type)) {
    if (type === "operator" && isLegacyOperator(document)) {
      return { score: 0.4, why: "has _type operator, but members of 2014" };
    }
    if (typeof event !== "string") return { score: 0.8, why: `has _type ${type}` };
    const isKnown = CURRENT_PAIRS.get(type)!.includes(event);
    return isKnown
      ? { score: 1, why: `has _type ${type} and _event ${event}` }
      : { score: 0.9, why: `has _type ${type} and an unknown _event` };
  }
  if (LEGACY_PAIRS.has(type)) return { score: 0, why: "its _type is one of 2014" };
  const nearest = nearestType(type);
  if (nearest !== undefined && CURRENT_PAIRS.has(nearest)) {
    const isTheirs = nearest === "operator" && isLegacyOperator(document);
    return { score: isTheirs ? 0.35 : 0.6, why: `its _type is almost ${nearest}` };
  }
  return { score: typeof event === "string" ? 0.1 : 0, why: "its _type is not known" };
}
