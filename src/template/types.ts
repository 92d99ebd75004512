import type { Json } from "../json/value.ts";
import type { Path } from "./parse.ts";

/** Where a variable stands, and so by which rules its value is written. */
export type Place =
  /** Inside a JSON string: escaped. */
  | "json-string"
  /** A JSON value of its own: typed; number, object, array and null too. */
  | "json-value"
  | "xml-text"
  /** Inside a quoted attribute value. */
  | "xml-attribute"
  /** Percent-encoded value of `application/x-www-form-urlencoded`. */
  | "form-value"
  /** As it is. */
  | "text"
  | "header-value"
  /** A header value between double quotes: neither `"` nor `\` may be in it. */
  | "header-quoted"
  /** `Cookie`: only what a cookie's value may hold (RFC 6265), so that no value adds a cookie. */
  | "cookie-value"
  | "url-segment"
  | "url-query"
  | "url-fragment";

/** A variable at its place, ready to be filled. */
export interface Hole {
  readonly root: string;
  /** Steps below the root. */
  readonly steps: Path;
  /** As written, without `$` and braces. */
  readonly name: string;
  readonly place: Place;
  readonly isSecret: boolean;
  /** Stands in where the value is missing or null. */
  readonly fallback?: Json;
  /** Of the `$` in the template, from 1. */
  readonly line: number;
  readonly column: number;
}

/** Gives the values of one root name (`payload`, `env` …) for one rendering. */
export interface Provider {
  /**
   * The value below the root; undefined where there is none. Asked at most once for each hole.
   *
   * @throws {ValueRefused} For a value that is there and cannot be read.
   */
  value(steps: Path): Json | undefined;
  /**
   * The root's own JSON text in UTF-8, to be spliced without parsing where the root stands alone in a JSON value
   * position. The provider vouches that it is one whole JSON value: nothing reads it again. It is copied, not kept.
   */
  raw?(): Uint8Array | undefined;
  /** Why the root has no values at all, in a clause of its own. Asked after `value` gave none. */
  whyNone?(): string | undefined;
}

/** Root name to provider. A root that is not there has no values. */
export type Variables = ReadonlyMap<string, Provider>;

/** Told of every secret that goes into a rendering, so that it can be masked wherever it turns up. */
export type OnSecret = (secret: string, name: string, isNumber?: boolean) => void;

/** Why a template cannot be rendered for one record. For people; no value and no secret in it. */
export interface RenderProblem {
  readonly code: "missing" | "wrong-type" | "not-allowed" | "secret-too-short";
  /** Name of the variable, as written. */
  readonly name: string;
  readonly reason: string;
}

export type Rendered<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: RenderProblem };
