import { type Json, setMember } from "../json/value.ts";
import type { TokenAnswer } from "../replay/types.ts";
import type { RequestTemplate } from "../template/request.ts";

const SAMPLE = "token-of-the-run";

/** An answer that stands for the real one where there is none: it has whatever the templates name. */
export function sampleToken(template: RequestTemplate): TokenAnswer {
  const ofToken = template.holes.filter(({ root }) => root === "tokenResponse");
  const paths = ofToken.filter(({ steps }) => steps[0] === "body").map(({ steps }) => steps.slice(2));
  const headers = ofToken
    .filter(({ steps }) => steps[0] === "headers")
    .map(({ steps }) => [String(steps[1]), SAMPLE] as const);
  return { status: 200, headers, json: sampleJson(paths) };
}

/** A document in which every path leads to a value. */
function sampleJson(paths: readonly (readonly (string | number)[])[]): Json {
  const inner = paths.filter((path) => path.length > 0);
  if (inner.length === 0) return SAMPLE;
  const first = [...new Set(inner.map((path) => path[0]!))];
  const below = (step: string | number) =>
    sampleJson(inner.filter((path) => path[0] === step).map((path) => path.slice(1)));
  if (first.every((step) => typeof step === "number")) {
    return Array.from({ length: Math.min(1000, Math.max(...first) + 1) }, (_, index) => below(index));
  }
  const object: Record<string, Json> = {};
  for (const step of first) setMember(object, String(step), below(step));
  return object;
}
