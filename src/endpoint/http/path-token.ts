import { createHash, timingSafeEqual } from "node:crypto";
import { MASKED } from "../../trust/secret-names.ts";
import { SetupError } from "../../trust/setup-error.ts";
import { valuesOf } from "./check-request.ts";
import { Refusal } from "./refusal.ts";
import type { Exchange } from "./types.ts";

const SHORTEST = 16;

/**
 * A secret that a request must carry: as the first segment of its path, as those who can send no header do, or as
 * `Authorization: Bearer`. Hashes are compared, in constant time: what a caller learns does not depend on how much of the
 * token was right, nor on its length.
 */
export class PathToken {
  readonly #token: string;
  readonly #hash: Buffer;

  /** @throws {SetupError} For a token that is short, or that a URL would spell differently. */
  constructor(token: string) {
    if (!/^[A-Za-z0-9._~-]+$/.test(token) || /^\.+$/.test(token)) {
      throw new SetupError(
        "the token has characters that a path cannot carry as they are",
        "use letters, digits, - and _; openssl rand -hex 24 makes one",
      );
    }
    if (token.length < SHORTEST) {
      throw new SetupError(
        `the token is shorter than ${SHORTEST} characters`,
        "openssl rand -hex 24 makes one",
      );
    }
    this.#token = token;
    this.#hash = hashOf(token);
  }

  /** Hides the token in a text: proxies repeat the path they were asked for in headers of their own. */
  mask(text: string): string {
    return text.replaceAll(this.#token, MASKED);
  }

  /**
   * @returns The path behind the token, "/" at least; the whole path where the token came in a header.
   * @throws {Refusal} 401, whatever is wrong with it.
   */
  strip({ path, request }: Pick<Exchange, "path" | "request">): string {
    const [, segment = "", rest = ""] = /^\/([^/]*)(.*)$/s.exec(path) ?? [];
    const isInPath = this.#matches(segment);
    const headers = valuesOf(request.rawHeaders, "authorization");
    const bearer = headers.length === 1 ? (/^Bearer +(\S+) *$/i.exec(headers[0]!)?.[1] ?? "") : "";
    const isInHeader = this.#matches(bearer);
    // One way is enough; a request that carries several Authorization headers is nobody's honest one.
    if (headers.length <= 1 && isInPath) return rest === "" ? "/" : rest;
    if (isInHeader) return path;
    throw new Refusal(401, "wrong-token", "the request does not carry this server's token", {
      "www-authenticate": "Bearer",
    });
  }

  #matches(text: string): boolean {
    return timingSafeEqual(hashOf(text), this.#hash);
  }
}

function hashOf(text: string): Buffer {
  return createHash("sha256").update(text, "utf8").digest();
}
