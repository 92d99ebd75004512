import { type JsonObject, member } from "../../../json/value.ts";
import type { Recognition } from "../../types.ts";
import { CURRENT_PAIRS, isLegacyOperator, LEGACY_PAIRS, nearestType } from "../pairs.ts";

/** How sure it is that a document is a callback of 2014. */
export function recogniseUserlikeLegacy(document: JsonObject): Recognition {
  const type = member(document, "_type");
  if (typeof type !== "string") return { score: 0, why: "it has no _type" };
  const event = member(document, "_event");
  if (LEGACY_PAIRS.has(type)) {
    if (type === "operator" && !isLegacyOperator(document)) {
      return { score: 0.4, why: "has _type operator, but no member of 2014" };
    }
    if (typeof event !== "string") return { score: 0.8, why: `has _type ${type}` };
    const isKnown = LEGACY_PAIRS.get(type)!.includes(event);
    return isKnown
      ? { score: 1, why: `has _type ${type} and _event ${event}` }
      : { score: 0.9, why: `has _type ${type} and an unknown _event` };
  }
  if (CURRENT_PAIRS.has(type)) return { score: 0, why: "its _type is one of today" };
  const nearest = nearestType(type);
  if (nearest !== undefined && LEGACY_PAIRS.has(nearest)) {
    const isOurs = nearest !== "operator" || isLegacyOperator(document);
    return { score: isOurs ? 0.6 : 0.35, why: `its _type is almost ${nearest}` };
  }
  return { score: 0, why: "its _type is not known" };
}
