import { X509Certificate } from "node:crypto";
import { isIP, type Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import type { TlsSettings } from "../../trust/tls-options.ts";
import { codedError, inTime } from "./dial.ts";
import type { CertificateFacts, TlsFacts } from "./types.ts";

/** A certificate that cannot be trusted; what it says is in the facts. */
export class Untrusted extends Error {
  /** Of OpenSSL. */
  readonly code: string;
  readonly facts: TlsFacts;

  constructor(code: string, facts: TlsFacts) {
    super(code);
    this.code = code;
    this.facts = facts;
  }
}

export interface Secured {
  readonly socket: TLSSocket;
  readonly facts: TlsFacts;
  /** What TLS itself complained of first: with TLS 1.3 the server looks at our side only after the handshake. */
  problem(): Error | undefined;
}

/**
 * TLS over a socket. The certificate is always checked; that the check is made here and not by Node is for reading a
 * certificate that fails it. Nothing is sent before.
 *
 * @param host  Name or bare address that the certificate must be for.
 * @throws {Untrusted}, or an error that `classify` knows.
 */
export async function handshake(
  socket: Socket,
  host: string,
  settings: TlsSettings,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Secured> {
  const startedAt = performance.now();
  const secure = connect({
    ...settings,
    rejectUnauthorized: false,
    socket,
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ALPNProtocols: ["http/1.1"],
  });
  let problem: Error | undefined;
  secure.on("error", (error) => {
    problem ??= error;
  });
  try {
    await inTime(secured(secure), timeoutMs, "CHATX_TLS_TIMEOUT", signal);
    const facts = {
      protocol: secure.getProtocol() ?? "unknown",
      certificate: certificateOf(secure),
      durationMs: performance.now() - startedAt,
    };
    // The types say Error, Node gives the code of OpenSSL or of its own name check.
    if (!secure.authorized) throw new Untrusted(String(secure.authorizationError), facts);
    return { socket: secure, facts, problem: () => problem };
  } catch (error) {
    secure.destroy();
    socket.destroy();
    throw error;
  }
}

function secured(socket: TLSSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("secureConnect", () => resolve());
    socket.once("error", reject);
    socket.once("close", () => reject(codedError("ECONNRESET")));
  });
}

function certificateOf(socket: TLSSocket): CertificateFacts {
  const chain = socket.getPeerCertificate(true);
  const certificate = chain.raw === undefined ? undefined : new X509Certificate(chain.raw);
  if (certificate === undefined) {
    return {
      ...{ subject: "", issuer: "", names: "", validFromMs: 0, validToMs: 0 },
      namesIssuerUrl: false,
      hasIssuer: false,
    };
  }
  const issuer = chain.issuerCertificate as typeof chain.issuerCertificate | undefined;
  return {
    subject: shortName(certificate.subject),
    issuer: shortName(certificate.issuer),
    names: certificate.subjectAltName ?? "",
    validFromMs: Date.parse(certificate.validFrom),
    validToMs: Date.parse(certificate.validTo),
    namesIssuerUrl: /CA Issuers - URI:/.test(certificate.infoAccess ?? ""),
    hasIssuer: issuer !== undefined && issuer.fingerprint256 !== chain.fingerprint256,
  };
}

/** Of `C=US\nO=Acme\nCN=x.example` the common name, else the organization, else all of it. */
function shortName(distinguishedName: string | undefined): string {
  const lines = (distinguishedName ?? "").split("\n");
  const of = (key: string) => lines.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1);
  return of("CN") ?? of("O") ?? lines.join(", ");
}
