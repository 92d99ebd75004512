import { Refusal } from "./refusal.ts";
import type { AllowedHosts, ServerLimits } from "./types.ts";

/** What of a request is looked at before anybody serves it. */
export interface RequestHead {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly httpVersion: string;
  /** Names and values in one list, as they came. */
  readonly rawHeaders: readonly string[];
}

/**
 * Refuses what Node's parser lets through and what two servers in a row may understand differently: several Host
 * headers, HTTP/1.0 with a transfer coding, a target that names another host (measured on Node 20). And what says that
 * the request was not meant for us: a foreign Host, which a page gets by letting its own name point here.
 *
 * @returns The target in origin form.
 * @throws {Refusal}
 */
export function checkRequest(head: RequestHead, limits: ServerLimits, allowedHosts: AllowedHosts): string {
  const { rawHeaders, httpVersion } = head;
  if (rawHeaders.length / 2 > limits.headerCount) {
    throw new Refusal(431, "too-many-headers", `a request may have ${limits.headerCount} headers`);
  }
  const url = head.url ?? "";
  if (url.length > limits.urlBytes) {
    throw new Refusal(414, "url-too-long", `the target of a request may have ${limits.urlBytes} bytes`);
  }
  if (httpVersion !== "1.1" && httpVersion !== "1.0") {
    throw new Refusal(505, "http-version", "this server speaks HTTP/1.1");
  }
  if (httpVersion === "1.0" && valuesOf(rawHeaders, "transfer-encoding").length > 0) {
    throw new Refusal(400, "coding-in-http-1.0", "HTTP/1.0 knows no transfer codings");
  }
  const host = hostOf(rawHeaders, httpVersion);
  const target = originForm(url, head.method, host);
  if (allowedHosts !== "any") refuseStrangers(rawHeaders, host, allowedHosts);
  return target;
}

/** All values of a header, in order; the name in lower case. */
export function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]!.toLowerCase() === name) values.push(rawHeaders[at + 1]!);
  }
  return values;
}

const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i;

function hostOf(rawHeaders: readonly string[], httpVersion: string): string | undefined {
  const hosts = valuesOf(rawHeaders, "host");
  if (hosts.length > 1) throw new Refusal(400, "several-hosts", "a request has one Host header");
  const [host] = hosts;
  if (host === undefined) {
    if (httpVersion === "1.0") return undefined;
    throw new Refusal(400, "no-host", "a request of HTTP/1.1 has a Host header");
  }
  if (!HOST.test(host)) throw new Refusal(400, "bad-host", "the Host header names no host");
  return host.toLowerCase();
}

function originForm(url: string, method: string | undefined, host: string | undefined): string {
  if (url.startsWith("/")) return url;
  if (url === "*" && method === "OPTIONS") return url;
  const [, authority, rest = ""] = /^https?:\/\/([^/?#]*)(.*)$/is.exec(url) ?? [];
  if (authority === undefined || authority === "") {
    throw new Refusal(400, "bad-target", "the target of a request begins with /");
  }
  if (authority.toLowerCase() !== host) {
    throw new Refusal(400, "foreign-target", "the target names another host; this server is no proxy");
  }
  return rest.startsWith("/") ? rest : `/${rest}`;
}

/** Nobody can let a name point to a literal address, so the whole net is as good as 127.0.0.1. */
const LOOPBACK = /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;

function refuseStrangers(
  rawHeaders: readonly string[],
  host: string | undefined,
  allowed: readonly string[],
): void {
  const name = host?.replace(/:\d+$/, "").replace(/\.$/, "");
  if (name === undefined || !(allowed.includes(name) || LOOPBACK.test(name))) {
    throw new Refusal(421, "foreign-host", "this server does not answer to that Host");
  }
  for (const origin of valuesOf(rawHeaders, "origin")) {
    if (!/^https?:\/\//.test(origin) || origin.replace(/^https?:\/\//, "").toLowerCase() !== host) {
      throw new Refusal(403, "foreign-origin", "pages of other origins are not served");
    }
  }
}
