import type { z } from "zod";
import { pointerOf } from "../json/pointer.ts";
import { digitsOf, doubleOf, isArray, isNumeric, type Json, member, typeName } from "../json/value.ts";
import type { Report } from "./diagnostic.ts";
import { nearestName } from "./nearest.ts";

type Issue = z.core.$ZodIssue;

/**
 * Words zod's issues as diagnostics. A missing member is reported at the object that lacks it, so that every
 * pointer exists in the document.
 *
 * @param document  What was checked.
 */
export function reportZodIssues(issues: readonly Issue[], document: Json, report: Report): void {
  for (const issue of issues) reportIssue(issue, issue.path, document, report);
}

function reportIssue(issue: Issue, path: readonly PropertyKey[], document: Json, report: Report): void {
  const steps = path.map((part) => (typeof part === "number" ? part : String(part)));
  const value = valueAt(document, steps);
  const wanted = wantedBy(issue);
  if (value === undefined) {
    const field = String(steps.at(-1) ?? "");
    report("schema/missing-field", pointerOf(steps.slice(0, -1)), { field, wanted });
    return;
  }
  const pointer = pointerOf(steps);
  if (issue.code === "invalid_value" && typeof value === "string") {
    const nearest = nearestName(value, issue.values.map(String));
    report("schema/wrong-value", pointer, {
      wanted,
      found: value,
      ...(nearest === undefined ? {} : { nearest }),
    });
  } else if (
    issue.code === "invalid_type" ||
    issue.code === "invalid_value" ||
    issue.code === "invalid_union"
  ) {
    const isTooGreat = isNumeric(value) && !Number.isFinite(doubleOf(value));
    const found = isTooGreat ? "one beyond what a number can hold (1.8e308)" : typeName(value);
    report("schema/wrong-type", pointer, { wanted, found });
  } else {
    report("schema/wrong-value", pointer, { wanted, found: shown(value) });
  }
}

/** What the schema asks for, in words. A schema's own `error` text is taken as it is: it names the wanted value. */
function wantedBy(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return withArticle(issue.expected);
    case "invalid_value":
      return issue.values.length === 1
        ? JSON.stringify(issue.values[0])
        : `one of ${issue.values.map((value) => JSON.stringify(value)).join(", ")}`;
    case "invalid_union":
      return [...new Set(issue.errors.flat().map(wantedBy))].join(" or ");
    default:
      return issue.message;
  }
}

function withArticle(type: string): string {
  if (type === "null" || type === "undefined") return type;
  if (type === "record") return "an object";
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function valueAt(document: Json, steps: readonly (string | number)[]): Json | undefined {
  let value: Json | undefined = document;
  for (const part of steps) {
    value = isArray(value) ? value[Number(part)] : member(value, String(part));
    if (value === undefined) return undefined;
  }
  return value;
}

function shown(value: Json): string {
  if (isNumeric(value)) return digitsOf(value);
  return typeof value === "string" ? value : typeof value === "object" ? typeName(value) : String(value);
}
