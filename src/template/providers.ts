import { isArray, type Json, member } from "../json/value.ts";
import type { Path } from "./parse.ts";
import type { Provider } from "./types.ts";

/** The value below a JSON value: own members and elements only. Undefined where the path leads nowhere. */
export function valueAt(value: Json | undefined, steps: Path): Json | undefined {
  let at = value;
  for (const step of steps) {
    at = typeof step === "number" ? (isArray(at) ? at[step] : undefined) : member(at, step);
  }
  return at;
}

/** A root with one JSON value (or text), which is asked for when it is first needed. */
export function jsonProvider(value: Json | (() => Json | undefined)): Provider {
  if (typeof value !== "function") return { value: (steps) => valueAt(value, steps) };
  let known: { readonly value: Json | undefined } | undefined;
  return {
    value(steps) {
      known ??= { value: value() };
      return valueAt(known.value, steps);
    },
  };
}

/** `$var` and `$env`: names and texts; a name that is not there has no value. */
export function textsProvider(texts: Readonly<Record<string, string | undefined>>): Provider {
  return {
    value: ([name, ...more]) =>
      typeof name === "string" && more.length === 0 && Object.hasOwn(texts, name) ? texts[name] : undefined,
  };
}

type HeaderList = readonly (readonly [name: string, value: string])[];

/** `$capture`: what is known of the request that carried the payload. */
export function captureProvider(capture: {
  readonly method?: string;
  readonly url?: string;
  readonly headers?: HeaderList;
  readonly receivedAt?: string;
}): Provider {
  const { method, url, receivedAt, headers = [] } = capture;
  const texts = textsProvider({ method, url, receivedAt });
  return { value: (steps) => (steps[0] === "headers" ? headerAt(headers, steps) : texts.value(steps)) };
}

/** `$tokenResponse`: the answer of the token endpoint. `json` is undefined where the answer is none. */
export function tokenProvider(answer: {
  readonly status: number;
  readonly headers: HeaderList;
  readonly json: unknown;
}): Provider {
  return {
    value(steps) {
      if (steps[0] === "headers") return headerAt(answer.headers, steps);
      if (steps[0] === "body" && steps[1] === "JSON")
        return valueAt(answer.json as Json | undefined, steps.slice(2));
      return steps[0] === "status" && steps.length === 1 ? answer.status : undefined;
    },
  };
}

/** Names are the same in any case; one that comes several times is joined as RFC 9110 allows. */
function headerAt(headers: HeaderList, [, name, ...more]: Path): string | undefined {
  if (typeof name !== "string" || more.length > 0) return undefined;
  const values = headers
    .filter(([key]) => key.toLowerCase() === name.toLowerCase())
    .map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(", ");
}

/**
 * A moment as jtel writes it: `yyyy-MM-dd HH:mm:ss` (documented), without a zone.
 *
 * @param offsetMs  The zone's distance from UTC at that moment.
 */
export function dateTimeText(epochMs: number, offsetMs: number): string {
  return new Date(epochMs + offsetMs).toISOString().slice(0, 19).replace("T", " ");
}
