import type { Json } from "../json/value.ts";
import { isArray, isObject } from "../json/value.ts";
import type { TokenAnswer } from "../replay/types.ts";
import { fill, rendered } from "../template/fill.ts";
import { headerLines } from "../template/headers.ts";
import type { Part } from "../template/holes.ts";
import { tokenProvider } from "../template/providers.ts";
import type { RequestTemplate } from "../template/request.ts";
import type { Hole, Place } from "../template/types.ts";
import { type UrlTemplate, urlText } from "../template/url.ts";

/** Longest value that goes into a header or a URL; servers take 8 to 16 KiB of either in all. */
const LONGEST_VALUE = 16_384;
const SHORT_PLACES: ReadonlySet<Place> = new Set<Place>([
  ...(["header-value", "header-quoted", "cookie-value"] as const),
  ...(["url-segment", "url-query", "url-fragment"] as const),
]);

/** Stands for the variables that are not of the token answer, in headers and URL: harmless in both. */
const STAND_IN = "x";

/**
 * Whether a token answer can fill every variable of it that the templates name, each by its own place. Asked once when
 * an answer arrives: what cannot be placed is the token endpoint's fault, and no message is to blame for it.
 *
 * @returns What gives the reason for an answer that cannot be used, without any value of it; undefined for a good one.
 */
export function tokenCheck(template: RequestTemplate): (answer: TokenAnswer) => string | undefined {
  const holes = template.holes.filter(isOfToken);
  const headers = template.headers
    .filter(({ parts }) => parts.some((part) => typeof part !== "string" && isOfToken(part)))
    .map(({ name, parts }) => ({ name, parts: withStandIns(parts) }));
  const url = template.url === undefined ? undefined : urlWithStandIns(template.url);
  return (answer) => {
    const context = { variables: new Map([["tokenResponse", tokenProvider(answer)]]) };
    let tooLong: string | undefined;
    const result = rendered(() => {
      for (const hole of holes) {
        const text = fill(hole, context);
        if (SHORT_PLACES.has(hole.place) && text.length > LONGEST_VALUE) tooLong ??= hole.name;
      }
      headerLines(headers, context);
      if (url !== undefined) urlText(url, context);
    });
    const reason = result.ok
      ? tooLong && `the value of $${tooLong} is too long for a header or a URL`
      : result.problem.reason;
    return reason && `answered ${answer.status} with ${kindOf(answer.json as Json | undefined)}: ${reason}`;
  };
}

function isOfToken({ root }: Hole): boolean {
  return root === "tokenResponse";
}

function withStandIns(parts: readonly Part[]): Part[] {
  return parts.map((part) => (typeof part === "string" || isOfToken(part) ? part : STAND_IN));
}

function urlWithStandIns(url: UrlTemplate): UrlTemplate {
  return { ...url, segments: url.segments.map(withStandIns), tail: withStandIns(url.tail) };
}

function kindOf(json: Json | undefined): string {
  if (json === undefined) return "no JSON";
  return isObject(json) ? "a JSON object" : isArray(json) ? "a JSON array" : "a JSON value";
}
