import { urlOf } from "../json/url.ts";
import { SetupError } from "../trust/setup-error.ts";

/** A proxy that requests of one scheme go through. */
export interface ProxyServer {
  /** Scheme, host and port, without user and password: may be shown. */
  readonly origin: string;
  /** "http:" or "https:". */
  readonly protocol: string;
  readonly hostname: string;
  readonly port: number;
  /** The whole value of Proxy-Authorization; secret. */
  readonly authorization?: string;
}

/** Which proxy a URL takes; undefined: none. */
export type ProxyChoice = (url: URL) => ProxyServer | undefined;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The choice that HTTP_PROXY, HTTPS_PROXY and NO_PROXY make, as curl reads them: the lower-case name first, and
 * NO_PROXY a list of hosts (`example.com` and `.example.com` both mean it and all names under it), `host:port`, or `*`.
 * This machine itself (localhost, 127.0.0.0/8, ::1) is never asked for through a proxy, which would be another machine's.
 *
 * @throws {SetupError} For a proxy that is no http:// or https:// URL; its text is not shown, for it may hold a password.
 */
export function proxiesFrom(environment: Environment): ProxyChoice {
  const read = (name: string) => environment[name.toLowerCase()] || environment[name] || undefined;
  const http = parseProxy("HTTP_PROXY", read("HTTP_PROXY"));
  const https = parseProxy("HTTPS_PROXY", read("HTTPS_PROXY"));
  const exceptions = (read("NO_PROXY") ?? "")
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((one) => one !== "");
  return (url) => {
    const proxy = url.protocol === "https:" ? https : http;
    if (proxy === undefined || isLoopback(url.hostname)) return undefined;
    return exceptions.some((exception) => isExcepted(url, exception)) ? undefined : proxy;
  };
}

function parseProxy(name: string, text: string | undefined): ProxyServer | undefined {
  if (text === undefined) return undefined;
  // As for curl, "proxy:8080" means an http proxy.
  const whole = text.includes("://") ? text : `http://${text}`;
  const url = urlOf(whole);
  const isProxyUrl = url?.protocol === "http:" || url?.protocol === "https:";
  if (url === undefined || !isProxyUrl) {
    throw new SetupError(
      `${name} is no URL of an http or https proxy`,
      `write it as http://host:port, or unset ${name}`,
    );
  }
  const { origin, protocol, username, password } = url;
  const base = { origin, protocol, hostname: bare(url.hostname), port: portOf(url) };
  return username === "" ? base : { ...base, authorization: basic(name, username, password) };
}

function basic(name: string, username: string, password: string): string {
  try {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(pair).toString("base64")}`;
  } catch {
    throw new SetupError(`the user or password in ${name} is not percent-encoded`, "write % as %25");
  }
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127\./.test(hostname)
  );
}

function isExcepted(url: URL, exception: string): boolean {
  if (exception === "*") return true;
  const hostname = bare(url.hostname);
  // A bare IPv6 address has colons of its own; with a port it stands in brackets.
  const [, host, port] = /^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(exception) ?? [undefined, exception, undefined];
  if (port !== undefined && Number(port) !== portOf(url)) return false;
  const name = bare(host ?? "").replace(/^\*?\./, "");
  return hostname === name || hostname.endsWith(`.${name}`);
}

function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}

/** A host without the brackets that IPv6 addresses have in URLs. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, "");
}
