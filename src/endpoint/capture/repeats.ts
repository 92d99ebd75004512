import { hash } from "node:crypto";
import type { CaptureMarks } from "./record.ts";

type Headers = readonly (readonly [name: string, value: string])[];

/** How many requests back a repeat is known, at least; about 12 MB. */
const REMEMBERED = 50_000;

/** Standard Webhooks (documented) and Svix, where it comes from (third-party); the same on every attempt of a sender. */
const ID_HEADERS = new Set(["webhook-id", "svix-id"]);

/**
 * Knows requests that came before, since this process began: by the sender's own id, or by the same bytes. Vendors
 * send again what they saw no answer to, so the second one is marked and kept all the same.
 */
export class Repeats {
  #recent = new Set<string>();
  #older = new Set<string>();

  /**
   * Remembers the request.
   *
   * @returns What makes it a repeat, and a function that forgets it: what could not be stored may come again.
   */
  look(
    headers: Headers,
    body: Uint8Array,
  ): { readonly duplicate: CaptureMarks["duplicate"]; readonly forget: () => void } {
    const id = headers.find(([name]) => ID_HEADERS.has(name.toLowerCase()))?.[1];
    const keys: [CaptureMarks["duplicate"], string][] = [];
    if (id !== undefined) keys.push(["webhook-id", hashOf(`id ${id}`)]);
    if (body.length > 0) keys.push(["body", hashOf(body)]);
    const known = keys.find(([, key]) => this.#recent.has(key) || this.#older.has(key));
    for (const [, key] of keys) this.#recent.add(key);
    if (this.#recent.size > REMEMBERED) {
      this.#older = this.#recent;
      this.#recent = new Set();
    }
    const forget = () => {
      if (known !== undefined) return;
      for (const [, key] of keys) if (!this.#recent.delete(key)) this.#older.delete(key);
    };
    return { duplicate: known?.[0], forget };
  }
}

/** 128 bits, a character a byte. */
function hashOf(data: Uint8Array | string): string {
  return hash("sha256", data, "binary").slice(0, 16);
}
